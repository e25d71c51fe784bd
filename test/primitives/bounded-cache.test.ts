import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { boundedCache } from '../../primitives/bounded-cache.ts'

test('a cache remembers up to its limit and forgets the oldest first', () => {
  const cache = boundedCache<string, number>(2)
  assert.is(cache.get('a'), undefined)
  assert.is(cache.set('a', 1), 1)
  cache.set('b', 2)
  cache.set('a', 3)
  assert.is(cache.size, 2)
  cache.set('c', 4)
  assert.equal(
    ['a', 'b', 'c'].map((key) => cache.get(key)),
    [undefined, 2, 4],
  )
  assert.is(cache.size, 2)
})

test('many entries never exceed the limit', () => {
  const cache = boundedCache<number, number>(100)
  for (let i = 0; i < 1000; i++) cache.set(i, i)
  assert.is(cache.size, 100)
  assert.is(cache.get(899), undefined)
  assert.is(cache.get(900), 900)
})

test.run()
