/** Events of actors, native ones too, by their entries. Reference: Lotus `node/impl/full/actor_events.go`, `chain/types/actor_event.go`. */
import { eventToJson, type StampedEvent } from '../../engine/chain/event.ts'
import { readInteger, readObject } from '../../engine/chain/lotus-json.ts'
import type { Tipset } from '../../engine/chain/tipset.ts'
import { type Address, idAddress } from '../../primitives/address.ts'
import { equalBytes } from '../../primitives/bytes.ts'
import type { Cid } from '../../primitives/cid.ts'
import type { ActorId, ChainEpoch } from '../../primitives/units.ts'
import { resolveIn, shownAddress, stateAfter } from '../actors.ts'
import type { RpcContext } from '../context.ts'
import { address, base64, listOf, optional, tipsetKey } from '../decoders.ts'
import { refused } from '../errors.ts'
import { inFieldOf, objectFields } from '../eth-params.ts'
import { followHeads } from '../head-changes.ts'
import { checkRange } from '../log-filter.ts'
import { type Decoder, method } from '../method.ts'
import { tipsetOf } from '../tipsets.ts'

/** What an entry must hold: undefined for anything. */
interface Wanted {
  readonly codec: number
  readonly value: Uint8Array
}

interface EventFilter {
  readonly addresses: readonly Address[]
  /** By key; of a key with several values one will do, and with none any. */
  readonly fields: ReadonlyMap<string, readonly Wanted[]>
  readonly from: ChainEpoch | undefined
  readonly to: ChainEpoch | undefined
  /** Of one tipset, instead of the range. */
  readonly tipset: readonly Cid[]
}

/** As Lotus tells it. */
interface ActorEvent {
  readonly entries: readonly object[]
  /** Its f4 address, or its f0 where it has none. */
  readonly emitter: string
  readonly reverted: boolean
  readonly height: ChainEpoch
  readonly tipsetKey: readonly object[]
  readonly msgCid: object
}

/** Of an entry that can be asked for: its key or its value is indexed. */
const INDEXED = 3
/** Tipsets behind the head where a range begins that says nothing of it. */
const FINALITY = 900

const wanted: Decoder<Wanted> = (value) => {
  const fields = objectFields(value, '{codec, value}')
  const codec = Number(readInteger(fields, 'codec', 0n, BigInt(Number.MAX_SAFE_INTEGER)))
  return { codec, value: inFieldOf(fields, 'value', base64) }
}

const keys: Decoder<EventFilter['fields']> = (value) =>
  new Map(
    Object.entries(objectFields(value, 'lists of values by key')).map(([key, values]) => [
      key,
      inFieldOf({ [key]: values }, key, listOf(wanted)),
    ]),
  )

const eventFilter: Decoder<EventFilter> = (value) => {
  const fields = readObject(value ?? {}, 'ActorEventFilter')
  const height = (name: string) =>
    inFieldOf(
      fields,
      name,
      optional((given) => readHeight(name, given), undefined),
    )
  const [from, to] = [height('fromHeight'), height('toHeight')]
  const tipset = inFieldOf(fields, 'tipsetKey', tipsetKey)
  if (tipset.length > 0 && (from !== undefined || to !== undefined))
    throw refused('cannot specify both TipSetKey and FromHeight/ToHeight')
  return {
    addresses: inFieldOf(fields, 'addresses', listOf(address)),
    fields: inFieldOf(fields, 'fields', optional(keys, new Map())),
    ...{ from, to, tipset },
  }
}

const readHeight = (name: string, value: unknown): ChainEpoch =>
  Number(readInteger({ [name]: value }, name, 0n, BigInt(Number.MAX_SAFE_INTEGER)))

export const actorEventMethods = [
  method<[EventFilter]>('Filecoin.GetActorEventsRaw', [eventFilter], (context, filter) =>
    pastEvents(context, filter),
  ),
  method<[EventFilter]>('Filecoin.SubscribeActorEventsRaw', [eventFilter], (context, filter) => {
    const { connection, requestId } = context
    if (!connection)
      throw refused('SubscribeActorEventsRaw needs a connection that stays open: use WebSocket')
    const past = filter.from === undefined ? [] : pastEvents(context, filter)
    return connection.openChannel(requestId, (tell) => tellEvents(context, filter, past, tell))
  }),
]

/** Of the tipset, or of the chain from the last final one to the head. */
function pastEvents(
  context: RpcContext,
  { from, to, tipset, ...pattern }: EventFilter,
): ActorEvent[] {
  const { store, head } = context.node
  if (tipset.length > 0) return eventsOf(context, tipsetOf(context, tipset), pattern)
  const last = Math.min(to ?? head.height, head.height)
  const first = from ?? Math.max(0, last - FINALITY)
  if (to !== undefined && first > to)
    throw refused(`invalid epoch range: 'to' height (${to}) must be after 'from' height (${first})`)
  checkRange(context, last - first)
  const found: ActorEvent[][] = []
  for (let at: Tipset | undefined = store.atOrBefore(last); at && at.height >= first;) {
    found.push(eventsOf(context, at, pattern))
    at = store.parent(at)
  }
  return found.reverse().flat()
}

/**
 * Tells what there was, then events of new heads up to the end of the range, and again those of tipsets that go. What went
 * may not be there any more, so what was told is kept until it is final.
 */
function tellEvents(
  context: RpcContext,
  { to = Infinity, ...pattern }: EventFilter,
  past: readonly ActorEvent[],
  tell: (event: ActorEvent) => void,
): () => void {
  const { node } = context
  let told: readonly ActorEvent[] = []
  const tellAll = (events: readonly ActorEvent[]): void => {
    told = [...told, ...events].filter(({ height }) => height > node.head.height - FINALITY)
    for (const event of events) tell(event)
  }
  tellAll(past)
  return followHeads(node, ({ reverted, applied }) => {
    const gone = new Set(reverted.map(({ height }) => height))
    for (const event of told) if (gone.has(event.height)) tell({ ...event, reverted: true })
    told = told.filter(({ height }) => !gone.has(height))
    for (const tipset of applied)
      if (tipset.height <= to) tellAll(eventsOf(context, tipset, pattern))
  })
}

type Pattern = Pick<EventFilter, 'addresses' | 'fields'>

/** Events of a tipset that a filter wants, in order. */
function eventsOf(
  context: RpcContext,
  tipset: Tipset,
  { addresses, fields }: Pattern,
): ActorEvent[] {
  const { outcomes } = context.node.store.execution(tipset)
  if (outcomes.length === 0) return []
  const state = stateAfter(context, tipset)
  const emitters = addresses.map((who) => resolveIn(state, who))
  const isWanted = (event: StampedEvent): boolean =>
    (emitters.length === 0 || emitters.includes(event.emitter)) && matches(event, fields)
  const key = tipset.cids.map((cid) => cid.toJSON())
  const shown = (id: ActorId) => shownAddress(context, state.get(id)?.delegated ?? idAddress(id))
  return outcomes.flatMap(({ cid, result }) =>
    result.events.filter(isWanted).map((event) => ({
      entries: eventToJson(event).Entries,
      emitter: shown(event.emitter),
      reverted: false,
      height: tipset.height,
      tipsetKey: key,
      msgCid: cid.toJSON(),
    })),
  )
}

/** Whether each key that is asked for is there with one of its values. */
function matches({ entries }: StampedEvent, fields: EventFilter['fields']): boolean {
  const indexed = entries.filter(({ flags }) => (flags & INDEXED) !== 0)
  return [...fields].every(([key, values]) =>
    indexed.some(
      (entry) =>
        entry.key === key &&
        (values.length === 0 ||
          values.some(
            ({ codec, value }) => codec === entry.codec && equalBytes(value, entry.value),
          )),
    ),
  )
}
