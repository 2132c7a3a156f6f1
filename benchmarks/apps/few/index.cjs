require('../start.cjs').start(require)
