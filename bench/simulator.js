// The simulated tenant and receiver as a process of their own: started with `fork`, told by messages, gone with its parent.
import process from 'node:process';
import { startSimulator } from '../dist-simulator/simulator.js';

const simulator = await startSimulator(JSON.parse(process.argv[2] ?? '{}'));
process.send?.({
  configFile: simulator.configFile,
  url: simulator.tenant.url,
  apiKey: simulator.tenant.credentials.apiKey,
  apiKeyId: simulator.tenant.credentials.apiKeyId,
  receiverPort: simulator.receiver.port,
});
process.on('disconnect', () => void simulator.stop().then(() => process.exit(0)));
