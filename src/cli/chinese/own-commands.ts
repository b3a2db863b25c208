/** The help of each command that is no operation, in Chinese, by its words. */
export const OWN_COMMANDS_ZH: Readonly<Record<string, () => string | Promise<string>>> = {}
