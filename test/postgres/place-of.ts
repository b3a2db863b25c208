import type { PostgresPlace } from '../../src/storage/postgres-links.ts'

/** Where the database of a URL is, as tests have it: on this machine, without TLS. */
export function placeOf(url: string): PostgresPlace {
  const { hostname, port, pathname, username, password } = new URL(url)
  return {
    host: hostname,
    port: Number(port),
    database: pathname.slice(1),
    user: username,
    password: () => password,
  }
}
