import { Server } from 'node:net'

// Loaded ahead of a program that cannot be told where to listen: a bare port would mean every network of this machine.
const listen = Server.prototype.listen

Server.prototype.listen = function (this: Server, ...args: unknown[]) {
  const [port, ...rest] = args
  const isBarePort = typeof port === 'number' && typeof rest[0] !== 'string'
  return Reflect.apply(listen, this, isBarePort ? [port, '127.0.0.1', ...rest] : args)
}
