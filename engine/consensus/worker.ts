/** What threads do ahead of a node. */
import { onThread } from '../../primitives/on-thread.ts'
import { forecast as forecastHere } from './forecast.ts'

export const forecast = onThread(forecastHere)
