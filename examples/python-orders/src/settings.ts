/** Where the services find each other. */
export const settings = {
  shopPort: Number(process.env.SHOP_PORT ?? 3000),
  stockUrl: process.env.STOCK_URL ?? 'http://127.0.0.1:5000',
  warehousePort: Number(process.env.WAREHOUSE_PORT ?? 3001),
  redisUrl: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379',
}
