import { type Static, Type } from 'typebox'
import { field, optional, plain, secret } from '../field.ts'
import { text } from '../fields.ts'
import { listOf, objectOf } from '../object-fields.ts'
import { operation } from '../operation.ts'

/** What somebody is looked up by: without U+0000, which no database holds. */
const REFERENCE = Type.String({ pattern: '^[^\\u0000]*$' })
const NAMED = Type.Object({ id: Type.Optional(REFERENCE), name: Type.Optional(REFERENCE) })

const SIGN_IN = Type.Object({
  identity: Type.Object({
    methods: Type.Array(Type.String(), { minItems: 1, maxItems: 4 }),
    password: Type.Optional(
      Type.Object({
        user: Type.Object({
          id: Type.Optional(REFERENCE),
          name: Type.Optional(REFERENCE),
          domain: Type.Optional(NAMED),
          password: Type.String(),
        }),
      }),
    ),
    token: Type.Optional(Type.Object({ id: Type.String() })),
    hw_ak_sk: Type.Optional(
      Type.Object({
        access: Type.Object({ key: REFERENCE }),
        secret: Type.Object({ key: Type.String() }),
      }),
    ),
  }),
  scope: Type.Optional(
    Type.Object({
      project: Type.Optional(
        Type.Object({
          id: Type.Optional(REFERENCE),
          name: Type.Optional(REFERENCE),
          domain: Type.Optional(NAMED),
        }),
      ),
      domain: Type.Optional(NAMED),
    }),
  ),
})

/** `auth` of a sign-in, as it is on the wire. */
export type SignInBody = Static<typeof SIGN_IN>

const named = objectOf({ id: text, name: text })
const TENANT = named
const PROJECT = objectOf({ id: text, name: text, domain: TENANT })

const CATALOG = listOf(
  objectOf({
    id: text,
    name: text,
    type: text,
    endpoints: listOf(
      objectOf({ id: text, interface: text, region: text, region_id: text, url: text }),
    ),
  }),
)

const TOKEN = objectOf({
  expires_at: text,
  issued_at: text,
  methods: listOf(text),
  user: objectOf({ id: text, name: text, domain: TENANT }),
  project: optional(PROJECT),
  domain: optional(TENANT),
  roles: listOf(named),
  catalog: optional(CATALOG),
})

const LINKS = objectOf({ self: text })

const PROJECT_ENTRY = objectOf({
  id: text,
  name: text,
  domain_id: text,
  parent_id: text,
  description: text,
  enabled: plain(Type.Boolean()),
  is_domain: plain(Type.Boolean()),
  links: LINKS,
})

const USER_ENTRY = objectOf({
  id: text,
  name: text,
  domain_id: text,
  enabled: plain(Type.Boolean()),
  links: LINKS,
})

/** A flag in a query: there without a value, or "true", or "1". */
const queryFlag = field({
  schema: Type.String({ maxLength: 8 }),
  decode: (wire) => wire === '' || wire === '1' || wire.toLowerCase() === 'true',
  encode: String,
})

const SUBJECT = { 'x-subject-token': secret(text) }
const TOKEN_HEADER = { 'X-Subject-Token': secret(text) }
const BY_NAME = { name: optional(text) }
const SOURCE = 'IAM API reference'
const SIGNED_IN = { kind: 'signedIn' } as const

export const CreateToken = operation({
  id: 'CreateToken',
  api: 'identity',
  method: 'POST',
  path: '/v3/auth/tokens',
  access: { kind: 'anyone' },
  summary: 'Sign in',
  repeatable: true,
  query: { nocatalog: optional(queryFlag) },
  request: { auth: secret(plain(SIGN_IN)) },
  status: 201,
  headers: TOKEN_HEADER,
  response: { token: TOKEN },
  faults: ['sign-in-failed', 'too-many-requests'],
  source: `${SOURCE}, "Obtaining a user token"`,
})

export const ShowToken = operation({
  id: 'ShowToken',
  api: 'identity',
  method: 'GET',
  path: '/v3/auth/tokens',
  access: SIGNED_IN,
  summary: 'Tell what a token stands for',
  query: { nocatalog: optional(queryFlag) },
  requestHeaders: SUBJECT,
  headers: TOKEN_HEADER,
  response: { token: TOKEN },
  faults: ['resource-not-found'],
  source: `${SOURCE}, "Verifying a token"`,
})

export const CheckToken = operation({
  id: 'CheckToken',
  api: 'identity',
  method: 'HEAD',
  path: '/v3/auth/tokens',
  access: SIGNED_IN,
  summary: 'Tell whether a token is valid',
  requestHeaders: SUBJECT,
  headers: TOKEN_HEADER,
  faults: ['resource-not-found'],
  source: 'Keystone API v3, "Check token"',
})

export const RevokeToken = operation({
  id: 'RevokeToken',
  api: 'identity',
  method: 'DELETE',
  path: '/v3/auth/tokens',
  access: SIGNED_IN,
  summary: 'Revoke a token',
  requestHeaders: SUBJECT,
  status: 204,
  faults: ['resource-not-found'],
  source: 'Keystone API v3, "Revoke token"',
})

export const ListProjects = operation({
  id: 'ListProjects',
  api: 'identity',
  method: 'GET',
  path: '/v3/projects',
  access: SIGNED_IN,
  summary: 'List the projects one may use, by name if one is given',
  query: BY_NAME,
  response: { projects: listOf(PROJECT_ENTRY), links: LINKS },
  source: `${SOURCE}, "Querying project information"`,
})

export const ShowProject = operation({
  id: 'ShowProject',
  api: 'identity',
  method: 'GET',
  path: '/v3/projects/{id}',
  access: SIGNED_IN,
  summary: 'Tell about one project',
  pathFields: { id: text },
  response: { project: PROJECT_ENTRY },
  faults: ['resource-not-found'],
  source: `${SOURCE}, "Querying project details"`,
})

export const ListAuthProjects = operation({
  id: 'ListAuthProjects',
  api: 'identity',
  method: 'GET',
  path: '/v3/auth/projects',
  access: SIGNED_IN,
  summary: 'List the projects that a token could be scoped to',
  response: { projects: listOf(PROJECT_ENTRY), links: LINKS },
  source: `${SOURCE}, "Querying the project list of a user"`,
})

export const ListAuthDomains = operation({
  id: 'ListAuthDomains',
  api: 'identity',
  method: 'GET',
  path: '/v3/auth/domains',
  access: SIGNED_IN,
  summary: 'List the domains that a token could be scoped to',
  query: BY_NAME,
  response: {
    domains: listOf(
      objectOf({
        id: text,
        name: text,
        description: text,
        enabled: plain(Type.Boolean()),
        links: LINKS,
      }),
    ),
    links: LINKS,
  },
  source: `${SOURCE}, "Querying account information"`,
})

export const ShowCatalog = operation({
  id: 'ShowCatalog',
  api: 'identity',
  method: 'GET',
  path: '/v3/auth/catalog',
  access: SIGNED_IN,
  summary: 'List services and where they are',
  requestHeaders: { 'x-project-id': optional(text) },
  response: { catalog: CATALOG, links: LINKS },
  source: `${SOURCE}, "Querying the service catalog"`,
})

export const ListUsers = operation({
  id: 'ListUsers',
  api: 'identity',
  method: 'GET',
  path: '/v3/users',
  access: SIGNED_IN,
  summary: 'List users: oneself, or for an administrator those of the domain',
  query: BY_NAME,
  response: { users: listOf(USER_ENTRY), links: LINKS },
  source: `${SOURCE}, "Querying a user list"`,
})

export const ShowUser = operation({
  id: 'ShowUser',
  api: 'identity',
  method: 'GET',
  path: '/v3/users/{id}',
  access: SIGNED_IN,
  summary: 'Tell about one user',
  pathFields: { id: text },
  response: { user: USER_ENTRY },
  faults: ['resource-not-found'],
  source: `${SOURCE}, "Querying user details"`,
})

export const ListRegions = operation({
  id: 'ListRegions',
  api: 'identity',
  method: 'GET',
  path: '/v3/regions',
  access: SIGNED_IN,
  summary: 'List regions',
  response: {
    regions: listOf(objectOf({ id: text, type: text, description: text, links: LINKS })),
    links: LINKS,
  },
  source: `${SOURCE}, "Querying a region list"`,
})

export const ShowIdentityVersion = operation({
  id: 'ShowIdentityVersion',
  api: 'identity',
  method: 'GET',
  path: '/v3',
  access: { kind: 'anyone' },
  summary: 'Tell the version of the identity API',
  response: {
    version: objectOf({
      id: text,
      status: text,
      updated: text,
      links: listOf(objectOf({ rel: text, href: text })),
    }),
  },
  source: 'Keystone API v3, "Show v3 API details"',
})
