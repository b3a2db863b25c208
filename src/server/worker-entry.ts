import { enableCompileCache } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'

/* Entry of the threads that serve requests. */

if (parentPort === null) throw new Error('this file is for worker threads')
// Like the main thread, this one takes code that is compiled already.
enableCompileCache(workerData.compileCache)
const { serveInThread } = await import('./worker-thread.ts')
serveInThread(parentPort, workerData)
