/**
 * What was chosen in this browser under `name`, if it is one of `choices`. Undefined also where the
 * browser keeps nothing for us.
 */
export function keptChoice<const Choice extends string>(
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  try {
    const kept = localStorage.getItem(name)
    return choices.find((choice) => choice === kept)
  } catch {
    return undefined // storage is closed to us
  }
}

/** Keeps a choice for the next visit; undefined forgets it. */
export function keepChoice(name: string, choice: string | undefined): void {
  try {
    if (choice === undefined) localStorage.removeItem(name)
    else localStorage.setItem(name, choice)
  } catch {
    // storage is closed to us: the choice holds until the page is left
  }
}
