import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionsOfSystem, problemOfBounds } from './connection-bounds.ts'

const limits = (
  bound: string,
) => `Limit                     Soft Limit           Hard Limit           Units
Max processes             63204                63204                processes
Max open files            ${bound}                 524288               files
`

test('some file descriptors are kept for files and the database', () => {
  assert.equal(connectionsOfSystem(limits('1024')), 768)
  assert.equal(connectionsOfSystem(limits('20')), 1)
  assert.equal(connectionsOfSystem(limits('unlimited')), undefined)
  assert.equal(connectionsOfSystem(''), undefined)
})

test('it is said when there is no room for as many as are wanted', () => {
  const settings = { 'max-connections': 1000 }
  assert.match(problemOfBounds(settings, 768) ?? '', /room for 768 of --max-connections 1000/)
  assert.equal(problemOfBounds(settings, 1000), undefined)
})
