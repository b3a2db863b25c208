import { Type } from 'typebox'
import type { AccessPointKind } from '../core/access-point.ts'
import { field } from './field.ts'

const KIND_NUMBERS = { ecs: 1, cce: 2, custom: 3 } as const satisfies Record<
  AccessPointKind,
  number
>
const KINDS = ['ecs', 'cce', 'custom'] as const

/** `type` of an access point: 1 a machine, 2 a container cluster, 3 whoever has its private key. */
export const accessPointKind = field({
  schema: Type.Union([
    Type.Integer({ minimum: 1, maximum: 3 }),
    Type.String({ pattern: '^[1-3]$' }),
  ]),
  decode: (wire): AccessPointKind | undefined => KINDS[Number(wire) - 1],
  encode: (kind: AccessPointKind) => KIND_NUMBERS[kind],
})

const ENABLED = 2
const DISABLED = 3

/** `state` of an access point: 2 enabled, 3 disabled, as for keys. */
export const accessPointState = field({
  schema: Type.Integer({ minimum: ENABLED, maximum: DISABLED }),
  decode: (wire) => wire === ENABLED,
  encode: (isEnabled: boolean) => (isEnabled ? ENABLED : DISABLED),
})

/** `keystore_state`: the same, as text. */
export const keystoreState = field({
  schema: Type.Union([Type.Literal(String(ENABLED)), Type.Literal(String(DISABLED))]),
  decode: (wire) => wire === String(ENABLED),
  encode: (isEnabled: boolean) => String(isEnabled ? ENABLED : DISABLED),
})
