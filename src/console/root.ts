/**
 * Path below which a proxy serves the whole server, without a slash at its end; empty when it does not.
 * The address of our own script tells: it is always in /console/assets.
 */
export const ROOT_PATH: string = rootOf(import.meta.url)

/** The part of the address of a script before the console's own path. */
export function rootOf(scriptUrl: string): string {
  const { pathname } = new URL(scriptUrl)
  const at = pathname.lastIndexOf('/console/')
  return at < 0 ? '' : pathname.slice(0, at)
}
