import { addRouteSource, startInstrumentation } from '@clew/core'
import { httpInstrumentation } from '@clew/http'
import { startClew } from '@clew/node'

startClew()
startInstrumentation(httpInstrumentation)
// Express is in the bundle, where nothing can attach to it; the request itself knows its route.
addRouteSource(({ route, baseUrl }) => route && baseUrl + route.path)
