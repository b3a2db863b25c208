/** The import of key material. */
export const IMPORTING = {
  title: 'Import key material',
  lead: 'The material is wrapped here, in this browser, with a public key that the server made for this import. It does not leave the browser otherwise.',
  insecure:
    'This browser wraps nothing on a page that came over plain HTTP. Open the console over HTTPS, or on the machine of the server itself.',
  notExternal: 'This key makes its own material',
  notExternalText:
    'Material can be imported only into keys whose origin is “external”. That is chosen when a key is created.',
  waiting: 'This key waits for its material. Until it is there the key does nothing.',
  waitingSame:
    'The material of this key is gone. Only the same material can be brought again: what was protected with it then opens as before.',
  next: 'This key has its material. What you import now waits, and takes over at the next rotation; what was protected before still opens.',
  nothingMissing: 'This key has its material, and keys of its kind take no other.',
  from: 'Where the material comes from',
  ways: {
    generate: 'Made in this browser',
    generateText: 'Random, by the browser’s own generator. You get a copy to keep.',
    file: 'From a file',
    fileText: {
      bytes: (bytes: number) => `${bytes} bytes as they are, or as hexadecimal or Base64.`,
      privateKey: 'A private key in PKCS #8, PEM or DER, not encrypted.',
    },
    text: 'Typed or pasted',
    textText: {
      bytes: (bytes: number) => `${bytes} bytes in hexadecimal or Base64.`,
      privateKey: 'PKCS #8 as PEM or Base64.',
    },
  },
  cannotGenerate: (spec: string) =>
    `Browsers have no keys of ${spec}. Make one with a tool that has, such as openssl, and import the file.`,
  file: 'File',
  material: 'Material',
  mistakes: {
    unreadable: 'This is neither hexadecimal nor Base64.',
    length: (bytes: number) => `This key needs exactly ${bytes} bytes.`,
    notPkcs8:
      'This is no private key in PKCS #8. Convert it with: openssl pkcs8 -topk8 -nocrypt -in KEY -out KEY.pk8',
    encrypted:
      'This private key is encrypted. Take the password off with: openssl pkcs8 -in KEY -out KEY.pk8',
    missing: 'Choose the material first.',
    past: 'Choose a time that is still to come.',
  },
  ready: (bytes: string) => `${bytes} bytes are ready.`,
  keep: 'Keep a copy',
  keepText:
    'The server does not give it out again. When it expires or is deleted, only this very material can take its place. Whoever has the copy has the key: keep it where keys are kept.',
  download: 'Download the material',
  downloaded: 'I have a copy in a safe place',
  expiry: 'When it expires',
  expiryHint: 'Empty: never. Expired material is destroyed here, and can be imported again.',
  wrapping: 'How it is wrapped',
  wrappingBytes: 'RSAES-OAEP with SHA-256, by WebCrypto, with a public key of 2048 bits.',
  wrappingPrivateKey:
    'AES-256 key wrap with padding (RFC 5649) under a key made for it, which is wrapped with RSAES-OAEP and SHA-256.',
  wrappingSm2:
    'The API also takes SM2 wrapping, which browsers do not have. Who must use it imports with the command line or an SDK.',
  submit: 'Wrap and import',
  busy: 'Importing …',
  done: 'The material is imported.',
  doneNext: 'The material is imported, and waits for the next rotation.',
  sent: 'What was sent',
  sentText: (bytes: string, fingerprint: string) =>
    `${bytes} wrapped bytes, readable only with the private key that belongs to ${fingerprint}.`,
  remove: 'Delete the imported material',
  removeText:
    'The key stops working until the same material is imported again. Without a copy of it everything protected with this key is lost.',
  removeConfirm: 'I have a copy of the material, or want what it protects to be lost',
  removeSubmit: 'Delete the material',
  removed: 'The material is deleted. The key waits for it to come back.',
}
