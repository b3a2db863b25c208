// Writes the reference pages of docs/ in both languages, docs/openapi.json and the types of the client from the tables; with
// --check only says whether the files are what the tables say.
import { readFileSync, writeFileSync } from 'node:fs'
import { openApiDocument } from '../src/contract/openapi.ts'
import { version } from '../src/server/version.ts'
import { clientFiles } from './client-files.ts'
import { commandFiles } from './command-files.ts'
import { commandLinePages } from './command-line-page.ts'
import { metricsPages } from './metrics-pages.ts'
import { referencePages } from './reference-pages.ts'

const PAGES: Readonly<Record<string, string>> = {
  ...referencePages(),
  ...metricsPages(),
  'docs/openapi.json': `${JSON.stringify(openApiDocument({ version }), undefined, 2)}\n`,
  ...clientFiles(),
  ...commandFiles(),
  ...commandLinePages(),
}

const isCheck = process.argv.includes('--check')
for (const [file, text] of Object.entries(PAGES)) {
  if (!isCheck) writeFileSync(file, text)
  else if (currentText(file) !== text) {
    console.error(`${file} is not what the tables say: run npm run docs`)
    process.exitCode = 1
  }
}

function currentText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
