/** A flag of a command that calls a server. */
export interface ConnectionFlag {
  readonly placeholder: string
  readonly help: string
}

/** Flags of every command that calls a server: where it is and who signs in. */
export const CONNECTION_FLAGS = {
  profile: { placeholder: 'NAME', help: 'profile to go by, see keyturn configure' },
  endpoint: { placeholder: 'URL', help: 'the server, as https://kms.example' },
  'auth-url': {
    placeholder: 'URL',
    help: 'identity service, where that is not the server itself, as https://keystone.example/v3',
  },
  'project-id': { placeholder: 'ID', help: 'the project' },
  project: { placeholder: 'NAME', help: 'the project, by its name' },
  domain: { placeholder: 'NAME', help: 'domain of the user' },
  user: { placeholder: 'NAME', help: 'the user that signs in' },
  'password-file': { placeholder: 'FILE', help: 'its password; - for standard input' },
  'access-key': { placeholder: 'ID', help: 'access key that signs requests, instead of a user' },
  'secret-key-file': { placeholder: 'FILE', help: 'its secret; - for standard input' },
  'token-file': { placeholder: 'FILE', help: 'a token, instead of a user; - for standard input' },
  'ca-file': {
    placeholder: 'FILE',
    help: 'certificates to trust in place of those of the system (PEM)',
  },
} as const satisfies Record<string, ConnectionFlag>

/** Name of a flag that says where the server is or who signs in. */
export type ConnectionFlagName = keyof typeof CONNECTION_FLAGS

/** Values of these flags. */
export type ConnectionFlags = Readonly<Partial<Record<ConnectionFlagName, string | undefined>>>

/** Options of `parseArgs` for these flags. */
export const CONNECTION_OPTIONS: Readonly<Record<ConnectionFlagName, { readonly type: 'string' }>> =
  Object.fromEntries(
    Object.keys(CONNECTION_FLAGS).map((name) => [name, { type: 'string' }]),
  ) as unknown as Readonly<Record<ConnectionFlagName, { readonly type: 'string' }>> // the same names
