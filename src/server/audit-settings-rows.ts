/** Rows of the table of settings that are about the audit log and where it goes. */
export const AUDIT_SETTINGS = {
  'audit-sync': {
    type: 'choice',
    default: 'interval',
    choices: ['interval', 'group'],
    placeholder: 'WHEN',
    help: 'audit records reach the disk each second, or before each reply',
  },
  'audit-sinks': {
    type: 'text',
    default: 'file',
    placeholder: 'A,B,…',
    help: 'where audit records go: file, with syslog and stdout if wanted; each of these may be given as NAME:best-effort',
  },
  'audit-syslog': {
    type: 'text',
    default: undefined,
    placeholder: 'URL',
    help: 'receiver of syslog: syslog+tls://HOST:PORT, syslog+tcp://…, syslog+udp://…, syslog+unix:/PATH',
  },
  'audit-syslog-ca': {
    type: 'text',
    default: undefined,
    placeholder: 'FILE',
    help: 'certificates (PEM) that vouch for the receiver of syslog, in place of those of the system',
  },
  'audit-syslog-cert': {
    type: 'text',
    default: undefined,
    placeholder: 'FILE',
    help: 'certificate (PEM) that this server shows to the receiver of syslog',
  },
  'audit-syslog-key': {
    type: 'text',
    default: undefined,
    placeholder: 'FILE',
    help: 'private key (PEM) of that certificate',
  },
  'audit-sink-lag-ms': {
    type: 'integer',
    default: 10_000,
    min: 500,
    max: 600_000,
    placeholder: 'MS',
    help: 'how long a required audit sink may take no records before calls are refused',
  },
} as const
