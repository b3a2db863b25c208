// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  CheckToken: {
    summary: 'Tell whether a token is valid',
    method: 'HEAD',
    path: '/v3/auth/tokens',
    fields: [
      { name: 'x-subject-token', kind: 'text', required: true, secret: true, help: 'the token that is asked about' },
    ],
  },
  CreateToken: {
    summary: 'Sign in',
    method: 'POST',
    path: '/v3/auth/tokens',
    fields: [
      { name: 'nocatalog', kind: 'text', help: 'true: without the catalog of services' },
      { name: 'auth', kind: 'json', required: true, secret: true, help: 'credentials and scope (JSON), as the identity API takes them' },
    ],
  },
  ListAuthDomains: {
    summary: 'List the domains that a token could be scoped to',
    method: 'GET',
    path: '/v3/auth/domains',
    fields: [
      { name: 'name', kind: 'text', help: 'its name' },
    ],
  },
  ListAuthProjects: {
    summary: 'List the projects that a token could be scoped to',
    method: 'GET',
    path: '/v3/auth/projects',
    fields: [],
  },
  ListProjects: {
    summary: 'List the projects one may use, by name if one is given',
    method: 'GET',
    path: '/v3/projects',
    fields: [
      { name: 'name', kind: 'text', help: 'its name' },
    ],
  },
  ListRegions: {
    summary: 'List regions',
    method: 'GET',
    path: '/v3/regions',
    fields: [],
  },
  ListUsers: {
    summary: 'List users: oneself, or for an administrator those of the domain',
    method: 'GET',
    path: '/v3/users',
    fields: [
      { name: 'name', kind: 'text', help: 'its name' },
    ],
  },
  RevokeToken: {
    summary: 'Revoke a token',
    method: 'DELETE',
    path: '/v3/auth/tokens',
    fields: [
      { name: 'x-subject-token', kind: 'text', required: true, secret: true, help: 'the token that is asked about' },
    ],
  },
  ShowCatalog: {
    summary: 'List services and where they are',
    method: 'GET',
    path: '/v3/auth/catalog',
    fields: [
      { name: 'x-project-id', kind: 'text', help: 'id of the project' },
    ],
  },
  ShowIdentityVersion: {
    summary: 'Tell the version of the identity API',
    method: 'GET',
    path: '/v3',
    fields: [],
  },
  ShowProject: {
    summary: 'Tell about one project',
    method: 'GET',
    path: '/v3/projects/{id}',
    fields: [
      { name: 'id', kind: 'text', required: true, help: 'its id' },
    ],
  },
  ShowToken: {
    summary: 'Tell what a token stands for',
    method: 'GET',
    path: '/v3/auth/tokens',
    fields: [
      { name: 'nocatalog', kind: 'text', help: 'true: without the catalog of services' },
      { name: 'x-subject-token', kind: 'text', required: true, secret: true, help: 'the token that is asked about' },
    ],
  },
  ShowUser: {
    summary: 'Tell about one user',
    method: 'GET',
    path: '/v3/users/{id}',
    fields: [
      { name: 'id', kind: 'text', required: true, help: 'its id' },
    ],
  },
}
