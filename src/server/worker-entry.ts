import { parentPort, workerData } from 'node:worker_threads'
import { serveInThread } from './worker-thread.ts'

/* Entry of the threads that serve requests. */

if (parentPort === null) throw new Error('this file is for worker threads')
serveInThread(parentPort, workerData)
