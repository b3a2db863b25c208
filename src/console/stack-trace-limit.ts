declare global {
  /** Of V8, which `core/fault.ts` asks; other engines do as if it were not set. */
  interface ErrorConstructor {
    stackTraceLimit: number
  }
}

export {}
