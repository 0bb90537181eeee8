export type { ComputeCapabilities, ComputeCapability } from './capabilities.js';
export { ComputeDriver } from './compute-driver.js';
export type {
  CreateNodeSpec,
  CreateVolumeSpec,
  ImportKeyPairSpec,
  Reference,
} from './compute-driver.js';
export type {
  Image,
  KeyPair,
  Location,
  Node,
  NodeState,
  Raw,
  Size,
  Volume,
  VolumeState,
} from './models.js';
export { getDriver } from './registry.js';
