/** Media types of what is downloaded. */
const TYPES = { pem: 'application/x-pem-file', json: 'application/json' } as const

/** Hands a text to the browser's downloads, as a file of that name and ending. */
export function download(text: string, name: string, ending: keyof typeof TYPES): void {
  const url = URL.createObjectURL(new Blob([text], { type: TYPES[ending] }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${name}.${ending}`
  link.click()
  URL.revokeObjectURL(url)
}
