import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const HERE = import.meta.dirname
const TIMEOUT_MS = 15 * 60 * 1000

type Command = readonly [string, ...string[]]

/** A Python with what `requirements.txt` pins, to run `program` with. */
export function preparePython(cache: string, program: string): Command | undefined {
  if (!isThere('python3', ['--version'])) return undefined
  const environment = join(cache, 'python')
  const python = join(environment, 'bin', 'python')
  const requirements = join(HERE, 'python', 'requirements.txt')
  const stamp = join(environment, 'requirements.txt')
  const wanted = readFileSync(requirements, 'utf8')
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    must('python3', ['-m', 'venv', '--clear', environment])
    must(python, [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '-r',
      requirements,
    ])
    writeFileSync(stamp, wanted)
  }
  return [python, join(HERE, 'python', program)]
}

/** A Go program of this folder, built, and the command of another package that it runs. */
export function prepareGo(cache: string, program: string, other?: string): Command | undefined {
  if (!isThere('go', ['version'])) return undefined
  if (other !== undefined) {
    const command = join(cache, other.slice(other.lastIndexOf('/') + 1))
    must('go', ['build', '-o', command, other], join(HERE, 'go'))
  }
  const binary = join(cache, `go-${program}`)
  must('go', ['build', '-o', binary, `./${program}`], join(HERE, 'go'))
  return [binary]
}

/** The Java bridge, compiled, with the libraries that `pom.xml` pins. */
export function prepareJava(cache: string): Command | undefined {
  if (!isThere('java', ['-version']) || !isThere('mvn', ['-version'])) return undefined
  const folder = join(HERE, 'java')
  const classpath = join(cache, 'java.classpath')
  const target = join(cache, 'java')
  const args = [
    '-q',
    '-B',
    `-DbuildDirectory=${target}`,
    'compile',
    'dependency:build-classpath',
    `-Dmdep.outputFile=${classpath}`,
  ]
  must('mvn', args, folder)
  const libraries = readFileSync(classpath, 'utf8').trim()
  return ['java', '-cp', `${join(target, 'classes')}:${libraries}`, 'keyturn.test.Bridge']
}

function isThere(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

function must(program: string, args: readonly string[], cwd?: string): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  })
  if (status === 0) return
  throw new Error(`${program} ${args.join(' ')}: ${error ?? ''} ${stdout} ${stderr}`)
}
