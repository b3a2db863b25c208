/** The page to sign in on. */
export const SIGN_IN = {
  title: 'Sign in',
  lead: 'Keys that rotate by themselves, and can prove it.',
  ways: 'How to sign in',
  password: 'Password',
  accessKey: 'Access key',
  token: 'Token',
  userName: 'User name',
  userPassword: 'Password',
  domain: 'Domain',
  domainHint: 'Only where user names are not unique. Empty: your own.',
  accessKeyId: 'Access key (AK)',
  secretKey: 'Secret key (SK)',
  tokenText: 'Token',
  tokenHint: 'From your identity service: what X-Subject-Token said.',
  projectId: 'Project id',
  projectHint:
    'Needed when an external identity service issued the token. Otherwise leave it empty.',
  submit: 'Sign in',
  busy: 'Signing in …',
  kept: 'The token stays in this tab and ends with it. Passwords and secret keys are not kept.',
  firstTime: 'First time here?',
  firstTimeText:
    'The first credentials are in bootstrap-credentials.json, in the data folder of the server.',
  expired: 'Your session has ended',
  expiredText: 'Sign in again to go on where you were.',
  failed: 'Signing in failed',
  needed: 'Fill this in.',
  noProject:
    'This identity is not in a project, or not in one that the console can see. Give the project id.',
  signedOut: 'You are signed out.',
}
