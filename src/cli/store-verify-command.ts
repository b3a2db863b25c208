import { verifyStore } from '../server/verify-store.ts'
import { type Command, EXIT } from './command.ts'
import { flagsHelp, parseFlags } from './flags.ts'
import { withDataFolder } from './open-store.ts'
import { showProgress } from './progress.ts'
import { terminalWordsFor } from './terminal-words.ts'

/** Says which rows of a store something else than Keyturn changed. */
export const storeVerify: Command = {
  help: () =>
    flagsHelp(
      'store verify',
      [
        'Looks at every key and every version in the store: each must be what Keyturn wrote, and each key must',
        'have the versions that it says. On SQLite every page and every index is read, too. Servers may run',
        'meanwhile; nothing is changed. The exit code is 0 when all is good; otherwise each row is named that',
        'is not, and no server uses it. More in docs/how-to/damaged-rows.md.',
      ].join('\n'),
      {},
    ),
  async run(args, io) {
    const flags = parseFlags(args, {}, io)
    const { storeVerified } = await terminalWordsFor(io)
    const progress = await showProgress(io, { task: 'verifying', unit: 'rows', total: undefined })
    const report = await withDataFolder(flags, io, ({ storage }) =>
      verifyStore(storage, (rows) => progress.add(rows)),
    ).finally(() => progress.end())
    io.print(storeVerified(report))
    return report.problemCount === 0 ? EXIT.ok : EXIT.failed
  },
}
