/**
 * Whose a network address is, so that what is counted by address is counted by owner: an IPv4 address
 * itself, the first 64 bits of an IPv6 one, for who has one address of these has all of them. IPv4 in
 * the words of IPv6 is IPv4.
 */
export function addressBlock(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const before = groupsOf(head)
  const after = groupsOf(tail ?? '')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  return [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4).join(':')
}

function groupsOf(text: string): readonly string[] {
  return text.split(':').filter((group) => group !== '')
}
