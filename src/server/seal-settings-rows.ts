import { SEAL_KINDS } from '../ports/seal.ts'

/** Rows of the table of settings: what keeps the root key, and what opens it. */
export const SEAL_SETTINGS = {
  seal: {
    type: 'choice',
    default: 'auto',
    choices: ['auto', ...SEAL_KINDS],
    placeholder: 'KIND',
    help: 'what keeps the root key while the server is down; auto: what its file says, at first file',
  },
  'seal-passphrase-file': {
    type: 'text',
    default: undefined,
    placeholder: 'FILE',
    help: 'file, or descriptor as /dev/fd/3, with the passphrase of the seal; without it the server starts sealed',
  },
  'seal-kms-url': {
    type: 'text',
    default: undefined,
    placeholder: 'URL',
    help: 'another Keyturn, or a service of the same API, whose key seals the root key',
  },
  'seal-kms-project': {
    type: 'text',
    default: undefined,
    placeholder: 'ID',
    help: 'project of that key; without it the one that the credentials name, or their own',
  },
  'seal-kms-credentials': {
    type: 'text',
    default: undefined,
    placeholder: 'FILE',
    help: 'JSON with access_key and secret_key, or user_name, password and domain_name, for that service',
  },
  'seal-kms-ca': {
    type: 'text',
    default: undefined,
    placeholder: 'FILE',
    help: 'certificates (PEM) that vouch for that service, in place of those of the system',
  },
  'seal-token': {
    type: 'text',
    default: undefined,
    placeholder: 'FILE',
    help: 'PKCS #11 token (TOML, one [[token]] entry) that has the key which seals the root key',
  },
} as const
