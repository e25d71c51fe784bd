/** What holds the funds of an f4 address until an actor is deployed there. Any call succeeds and does nothing. */
import { defineActor } from '../actor.ts'
import type { Runtime } from '../runtime.ts'

export const placeholderActor = defineActor({
  type: 'placeholder',
  state: null,
  methods: {},
  restricted: false,
  fallback(rt: Runtime) {
    rt.acceptAnyCaller()
    return null
  },
})
