// What npm itself makes of settings. stdin: [{cwd, env, argv, names}]; stdout: for each case an object by name.
const { join } = require('node:path')
const npmPath = process.argv[2]
const inside = (...parts) => require(join(npmPath, 'node_modules', ...parts))
const Config = inside('@npmcli', 'config')
const { definitions, shorthands, flatten, nerfDarts } = inside('@npmcli', 'config', 'lib', 'definitions')
const getAuth = inside('npm-registry-fetch', 'lib', 'auth.js')
const { pickRegistry } = inside('npm-registry-fetch')
const proxyPath = join(npmPath, 'node_modules', '@npmcli', 'agent', 'lib', 'proxy.js')

const authorization = ({ token, auth }) => token ? `Bearer ${token}` : auth ? `Basic ${auth}` : null

async function settings ({ cwd, env, argv, names }) {
  for (const name of Object.keys(process.env)) {
    delete process.env[name]
  }
  Object.assign(process.env, env)
  process.chdir(cwd)
  delete require.cache[proxyPath] // reads the environment when it is loaded
  const { getProxy } = require(proxyPath)
  const given = { definitions, shorthands, flatten, nerfDarts, npmPath, cwd, warn: false }
  const config = new Config({ ...given, env: { ...env }, argv: ['node', 'npm', ...argv] })
  await config.load()
  config.validate()
  const flat = config.flat
  return Object.fromEntries(names.map(name => {
    const registry = pickRegistry(name, flat).replace(/\/*$/, '/')
    const url = registry + name.replace('/', '%2f')
    const auth = getAuth(url, { ...flat, spec: name })
    const proxy = getProxy(url, { proxy: flat.httpsProxy || flat.proxy, noProxy: flat.noProxy })
    return [name, {
      registry,
      authorization: authorization(auth),
      certificate: auth.cert ? [auth.cert, auth.key] : null,
      ca: [].concat(flat.ca ?? []).join('\n') || null,
      strict: flat.strictSSL,
      proxy: proxy ? proxy.href : null,
    }]
  }))
}

async function main () {
  let text = ''
  for await (const chunk of process.stdin) {
    text += chunk
  }
  const said = []
  for (const one of JSON.parse(text)) {
    said.push(await settings(one).catch(error => ({ error: error.code || String(error) })))
  }
  process.stdout.write(JSON.stringify(said))
}

main()
