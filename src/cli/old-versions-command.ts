import { type Client, type KeyVersion, pages } from '../client/index.ts'
import { UNUSED_DAYS } from '../core/version-retirement.ts'
import { CONNECTION_HELP, parseCall } from './call-flags.ts'
import { type Command, EXIT } from './command.ts'
import { openClient } from './connection/open-client.ts'
import { mistake } from './mistakes.ts'
import { OUTPUT_FORMS, outputForm, printReply } from './output/print-reply.ts'

const OPTIONS = { 'unused-days': { type: 'string' }, output: { type: 'string' } } as const

/** Keys, and versions of a key, that are asked for at a time. */
const PAGE = { keys: 200, versions: 1000 } as const

const COLUMNS = ['key_alias', 'version', 'standing', 'open_count', 'last_used_time'] as const

/**
 * How an old version stands: `in-use` for as long as it was used within the span, or is not watched for so long;
 * `retirable` then; `retired` opens nothing; `gone` has no material any more.
 */
type Standing = 'in-use' | 'retirable' | 'retired' | 'gone'

/** Says of all keys of a project which old versions are still needed. */
export const keyOldVersions: Command = {
  help: () =>
    [
      'Usage: keyturn key old-versions [FLAGS]',
      '',
      'Lists the old versions of all keys of the project: how often each opened something, when last, and how it',
      'stands. in-use: it was used lately, or is not watched for long enough; retirable: key retire-version may',
      'follow, once what it protected is encrypted anew; retired: it opens nothing; gone: it has no material.',
      'Asks once for each key that has old versions.',
      '',
      `  --unused-days N\n        for how long a version is not used before it is retirable [${UNUSED_DAYS.default}]`,
      `  --output ${OUTPUT_FORMS.join('|')}\n        how to print it; without it, a table on a terminal and JSON elsewhere`,
      '',
      CONNECTION_HELP,
    ].join('\n'),
  async run(args, io) {
    const { values, positionals } = parseCall(args, OPTIONS)
    if (positionals.length > 0) throw mistake('no-arguments', {})
    const form = outputForm(values.output, io)
    const client = await openClient(values, io)
    const { time } = await client.showClock()
    const versions: OldVersion[] = []
    for await (const version of oldVersions(client, values['unused-days'], Number(time))) {
      versions.push(version)
    }
    await printReply({ versions }, form, io, COLUMNS)
    return EXIT.ok
  },
}

interface OldVersion {
  readonly key_id: string
  readonly key_alias: string
  readonly version: number
  readonly standing: Standing
  readonly open_count: number
  readonly last_used_time?: string
  readonly retirable_time?: string
}

async function* oldVersions(
  client: Client,
  unusedDays: string | undefined,
  nowMs: number,
): AsyncGenerator<OldVersion> {
  for await (const { keys } of pages(client.searchKeys, { limit: PAGE.keys })) {
    for (const { key_id, key_alias, primary_version: primary = 1 } of keys) {
      if (primary === 1) continue
      const request = { key_id, limit: PAGE.versions, unused_days: unusedDays }
      for await (const { versions } of pages(client.listKeyVersions, request)) {
        for (const one of versions) {
          if (one.version >= primary) continue
          const { version, open_count, last_used_time, retirable_time } = one
          yield {
            ...{ key_id, key_alias, version, standing: standingOf(one, nowMs), open_count },
            ...(last_used_time !== undefined && { last_used_time }),
            ...(retirable_time !== undefined && { retirable_time }),
          }
        }
      }
    }
  }
}

function standingOf({ state, retirable_time: from }: KeyVersion, nowMs: number): Standing {
  if (state === 'retired' || state === 'gone') return state
  return from !== undefined && Number(from) <= nowMs ? 'retirable' : 'in-use'
}
