/** Whether a URL holds a user or a password, which would be logged with it. */
export function hasCredentials({ username, password }: URL): boolean {
  return username !== '' || password !== ''
}
