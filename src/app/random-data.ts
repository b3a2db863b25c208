import { fault } from '../core/fault.ts'
import { RANDOM_BITS } from '../core/limits.ts'
import { randomSecret } from '../crypto/random.ts'
import type { Handler } from './handler.ts'

export const createRandom: Handler<'CreateRandom'> = (_deps, _caller, request) => {
  const bits = request.random_data_length
  if (bits < RANDOM_BITS.min || bits > RANDOM_BITS.max) {
    throw fault('random-length-out-of-range', RANDOM_BITS)
  }
  if (bits % 8 !== 0) throw fault('random-length-not-multiple')
  return randomSecret(bits / 8).lend((bytes) => ({ random_data: bytes }))
}
