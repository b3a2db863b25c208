/** The project at a glance. */
export const HOME = {
  title: 'Overview',
  lead: (project: string) => `Project ${project} at a glance.`,
  keys: (count: string) => `${count} keys`,
  oneKey: '1 key',
  byState: 'Keys by state',
  next: 'Next rotations',
  nextNone: 'No key is due: none rotates by itself.',
  latest: 'Latest rotations',
  latestNone: 'No key has rotated yet.',
  all: 'Show all',
  createKey: 'Create a key',
  welcome: 'This project has no keys yet',
  welcomeText:
    'A master key never leaves this server: programs send it small data or data keys to protect. Switch rotation on, and it gets a new version at its interval, while everything older still opens.',
  steps: [
    'Create a key and switch its rotation on.',
    'Protect something with it: encrypt-data, create-datakey, an SDK, or the command line.',
    'Look at its timeline: every rotation leaves an event that proves when it was due and when it was done.',
  ],
  rotated: (from: number, to: number) => `version ${from} → ${to}`,
}
