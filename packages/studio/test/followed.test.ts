import { signal } from '@preact/signals'
import { expect, it } from 'vitest'
import { followed } from '../src/engine/followed.ts'

it('a place follows a training while it plays, and no further than its end', () => {
  const [place, playing] = [signal(1), signal(false)]
  const { goal, reach } = followed(place, playing, 4)
  reach(2)
  expect([place.value, goal.value]).toEqual([1, 1])
  playing.value = true
  expect(goal.value).toBe(4)
  reach(3)
  expect([place.value, playing.value]).toEqual([3, true])
  reach(4)
  expect([place.value, playing.value, goal.value]).toEqual([4, false, 4])
})

it('who goes to another place while it trains pauses it', () => {
  const [place, playing] = [signal(0), signal(true)]
  const { reach, watch } = followed(place, playing, 10)
  const stop = watch()
  reach(5)
  expect(playing.value).toBe(true)
  place.value = 2
  expect(playing.value).toBe(false)
  stop()
  playing.value = true
  place.value = 7
  expect(playing.value).toBe(true)
})
