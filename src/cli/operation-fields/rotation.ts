// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { OperationFacts } from '../operation-field.ts'

/** Operations by their ids. */
export const FACTS: Readonly<Record<string, OperationFacts>> = {
  DisableKeyRotation: {
    summary: 'Stop a key from rotating by itself',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/disable-key-rotation',
    permission: 'kms:cmk:disableRotation',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  EnableKeyRotation: {
    summary: 'Let a key rotate by itself, every 365 days to begin with',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/enable-key-rotation',
    permission: 'kms:cmk:enableRotation',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  ListProjectRotationEvents: {
    summary: 'List the rotations of all keys of a project, the newest first',
    method: 'GET',
    path: '/keyturn/v1/{project_id}/rotation-events',
    permission: 'kms:cmk:getRotation',
    fields: [
      { name: 'from', kind: 'time', help: 'milliseconds since 1970, inclusive' },
      { name: 'to', kind: 'time', help: 'milliseconds since 1970, exclusive' },
      { name: 'limit', kind: 'text', limits: { min: 1, max: 1000 }, help: 'how many on a page' },
      { name: 'marker', kind: 'text', help: 'where the page begins: next_marker of the page before' },
    ],
  },
  ListRotationEvents: {
    summary: 'List the rotations of a key, the oldest first; also of one that was destroyed',
    method: 'GET',
    path: '/keyturn/v1/{project_id}/keys/{key_id}/rotation-events',
    permission: 'kms:cmk:getRotation',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'limit', kind: 'text', limits: { min: 1, max: 1000 }, help: 'how many on a page' },
      { name: 'marker', kind: 'text', help: 'where the page begins: next_marker of the page before' },
    ],
  },
  RotateOnDemand: {
    summary: 'Rotate a key now',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/rotate-on-demand',
    permission: 'kms:cmk:rotateOnDemand',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  ShowKeyRotationStatus: {
    summary: 'Tell whether, how often and when a key rotates and has rotated',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/get-key-rotation-status',
    permission: 'kms:cmk:getRotation',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  ShowRotationAttestation: {
    summary: 'State the versions, rotations and rotation settings of a key, signed: others check it without the server',
    method: 'GET',
    path: '/keyturn/v1/{project_id}/keys/{key_id}/rotation-attestation',
    permission: 'kms:cmk:getRotation',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'first_version', kind: 'text', help: 'version that the statement begins with; without it the newest 1000 are stated' },
      { name: 'first_change', kind: 'text', help: 'change of settings that the statement begins with; without it the newest 1000 are stated' },
    ],
  },
  ShowRotationOverview: {
    summary: 'Count what rotates when in a project, and what does not',
    method: 'GET',
    path: '/keyturn/v1/{project_id}/rotation-overview',
    permission: 'kms:cmk:getRotation',
    fields: [
      { name: 'from', kind: 'time', help: 'first day of the calendar, milliseconds since 1970; today without it. Days are those of UTC' },
      { name: 'days', kind: 'text', help: 'days of the calendar, 1 to 366; 90 without it' },
    ],
  },
  UpdateKeyRotationInterval: {
    summary: 'Change how often a key rotates by itself',
    method: 'POST',
    path: '/v1.0/{project_id}/kms/update-key-rotation-interval',
    permission: 'kms:cmk:updateRotation',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'rotation_interval', kind: 'number', required: true, limits: { min: 30, max: 365, unit: 'days' }, help: 'days from one rotation to the next' },
      { name: 'sequence', kind: 'text', help: 'number of the request, 36 characters; it is checked, and means nothing here' },
    ],
  },
  SetRotationLimits: {
    summary: 'Let a key rotate after so many uses or bytes; without either, no longer',
    method: 'PUT',
    path: '/keyturn/v1/{project_id}/keys/{key_id}/rotation-limits',
    permission: 'kms:cmk:updateRotation',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
      { name: 'max_uses', kind: 'number', help: 'encryptions and data keys by one version, before the key rotates; left out: no such limit' },
      { name: 'max_bytes', kind: 'number', help: 'bytes of plaintext under one version, before the key rotates; left out: no such limit' },
    ],
  },
  ShowRotationLimits: {
    summary: 'Tell after how much use a key rotates, and how much it was used',
    method: 'GET',
    path: '/keyturn/v1/{project_id}/keys/{key_id}/rotation-limits',
    permission: 'kms:cmk:getRotation',
    fields: [
      { name: 'key_id', kind: 'text', required: true, help: 'id of the key' },
    ],
  },
}
