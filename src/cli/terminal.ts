import { StringDecoder } from 'node:string_decoder'
import type { Ask } from './command.ts'
import { displayWidth } from './output/display-width.ts'

const ENTER = /[\r\n]/
const CTRL_C = '\u0003'
const CTRL_D = '\u0004'
const CTRL_U = '\u0015'
const BACKSPACES = ['\u0008', '\u007f']
/** What a program ends with that Ctrl-C ended. */
const INTERRUPTED = 130

/** Asks whoever sits at this terminal; undefined where nobody does. Questions go to standard error. */
export function askAtTerminal(): Ask | undefined {
  const { stdin, stderr } = process
  if (!stdin.isTTY || !stderr.isTTY) return undefined
  return (question, kind) =>
    new Promise((resolve, reject) => {
      const decoder = new StringDecoder('utf8')
      let typed = ''
      // Before the question: whoever types ahead of the switch would see it.
      stdin.setRawMode(true)
      stdin.resume()
      stderr.write(question)
      const end = () => {
        stdin.off('data', onData)
        stdin.setRawMode(false)
        stdin.pause()
        stderr.write('\n')
      }
      const onData = (bytes: Buffer) => {
        const characters = [...decoder.write(bytes)]
        for (const [at, character] of characters.entries()) {
          if (ENTER.test(character)) {
            end()
            // Typed ahead, or pasted: answers to the next questions.
            const more = characters
              .slice(at + 1)
              .join('')
              .replace(/^\n/, '')
            if (more !== '') stdin.unshift(Buffer.from(more))
            resolve(typed)
            return
          }
          if (character === CTRL_C) {
            end()
            // Who cleans up when that signal comes does so now, and ends the process by it.
            process.emit('SIGINT', 'SIGINT')
            process.exit(INTERRUPTED)
          }
          if (character === CTRL_D && typed === '') {
            end()
            reject(new Error('nothing was answered'))
            return
          }
          typed = edit(
            typed,
            character,
            kind === 'shown' ? (text) => stderr.write(text) : undefined,
          )
        }
      }
      stdin.on('data', onData)
    })
}

/** What was typed, after one more character; `echo` shows it. */
function edit(
  typed: string,
  character: string,
  echo: ((text: string) => void) | undefined,
): string {
  if (BACKSPACES.includes(character)) {
    const kept = [...typed].slice(0, -1).join('')
    echo?.(wiped(typed.slice(kept.length)))
    return kept
  }
  if (character === CTRL_U) {
    echo?.(wiped(typed))
    return ''
  }
  if (character < ' ') return typed
  echo?.(character)
  return typed + character
}

/** Takes what was shown off the screen: a Chinese character stands in two columns. */
function wiped(text: string): string {
  return '\b \b'.repeat(displayWidth(text))
}
