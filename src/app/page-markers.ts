import { fault } from '../core/fault.ts'
import { parseKeyId, type VersionNumber } from '../core/ids.ts'
import type { EpochMs } from '../core/time.ts'
import type { AuditPlace } from '../ports/audit-reader.ts'
import type { EventPlace, KeySearch, SearchPlace } from '../ports/key-table.ts'

/*
 * Markers of pages that go on after a place in an order rather than after a number: base64url of a
 * JSON list or, in the audit log, a place in the file of each thread. They reach nothing that the
 * caller may not list. What they hold the page before has shown, or the caller could have it shown:
 * from those who may list only some keys they are hidden. What is malformed, or of another order, is
 * refused.
 */

type Order = Pick<KeySearch, 'sort' | 'order'>

/** The marker of a place in a search; empty text for the end. */
export function searchMarker(order: Order, place: SearchPlace | undefined): string {
  return place === undefined
    ? ''
    : written([order.sort, order.order, place.value, place.number, place.id])
}

/**
 * The place that a marker of the same order stands for; undefined for the first page.
 *
 * @throws {Fault} `marker-out-of-range`
 */
export function searchPlace(order: Order, marker: string | undefined): SearchPlace | undefined {
  if (marker === undefined || marker === '') return undefined
  const [sort, direction, value, number, keyId, ...more] = read(marker)
  const id = typeof keyId === 'string' ? parseKeyId(keyId) : undefined
  const isOurs =
    sort === order.sort &&
    direction === order.order &&
    isPlaceNumber(number) &&
    isValueOf(order.sort, value) &&
    more.length === 0
  if (!isOurs || id === undefined) throw fault('marker-out-of-range')
  return { value, number, id }
}

/** The marker of a place among rotations; empty text for the end. */
export function eventMarker(place: EventPlace | undefined): string {
  return place === undefined ? '' : written([place.at, place.keyId, place.toVersion])
}

/**
 * The place that a marker of rotations stands for; undefined for the first page.
 *
 * @throws {Fault} `marker-out-of-range`
 */
export function eventPlace(marker: string | undefined): EventPlace | undefined {
  if (marker === undefined || marker === '') return undefined
  const [at, id, toVersion, ...more] = read(marker)
  const keyId = typeof id === 'string' ? parseKeyId(id) : undefined
  const isOurs = isPlaceNumber(at) && isPlaceNumber(toVersion) && more.length === 0
  if (!isOurs || keyId === undefined) throw fault('marker-out-of-range')
  return { at: at as EpochMs, keyId, toVersion: toVersion as VersionNumber } // numbers that only compare
}

/** The marker of places in an audit log; empty text for the end. */
export function auditMarker(places: readonly AuditPlace[]): string {
  return places
    .map((place) => [place.slot, place.sequence, place.offset].map((n) => n.toString(36)).join('.'))
    .join('-')
}

/**
 * The places that a marker of audit records stands for; undefined for the first page.
 *
 * @throws {Fault} `marker-out-of-range`
 */
export function auditPlaces(marker: string | undefined): readonly AuditPlace[] | undefined {
  if (marker === undefined || marker === '') return undefined
  const places = marker.split('-').map((text): AuditPlace => {
    const [slot, sequence, offset] = text.split('.').map((digits) => Number.parseInt(digits, 36))
    if (!isPlaceNumber(slot) || !isPlaceNumber(sequence) || !isPlaceNumber(offset)) {
      throw fault('marker-out-of-range')
    }
    return { slot, sequence, offset }
  })
  if (auditMarker(places) !== marker) throw fault('marker-out-of-range')
  return places
}

function isValueOf(sort: KeySearch['sort'], value: unknown): value is SearchPlace['value'] {
  switch (sort) {
    case 'created':
      return value === null
    case 'alias':
      return typeof value === 'string' && !value.includes('\0')
    case 'nextRotation':
    case 'lastRotation':
      return value === null || isPlaceNumber(value)
    default:
      throw sort satisfies never
  }
}

function isPlaceNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function written(list: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(list)).toString('base64url')
}

function read(marker: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(Buffer.from(marker, 'base64url').toString('utf8'))
    if (Array.isArray(list) && written(list) === marker) return list
  } catch {
    // Not ours, as below.
  }
  throw fault('marker-out-of-range')
}
