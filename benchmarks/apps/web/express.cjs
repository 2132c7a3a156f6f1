const express = require('express')
const { createLogger } = require('./logger.cjs')
const { announce } = require('./serve.cjs')

const logger = createLogger()
const app = express()
let requests = 0
app.get('/', (_request, response) => {
  logger.info('hello', { id: requests++, path: '/' })
  response.send('hello world')
})
const server = app.listen(0, '127.0.0.1', () => announce(server.address().port))
