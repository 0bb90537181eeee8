/** What DigitalOcean can do, from its own document. */
import type { ComputeCapabilities } from '../../capabilities.js';

const SPECIFICATION = 'https://github.com/digitalocean/openapi/blob/main/specification/resources';

export const DIGITALOCEAN_CAPABILITIES: ComputeCapabilities = Object.freeze({
  volumeWithoutLocation: {
    supported: false,
    why: 'A volume stands in one region, which must be named.',
    source: `${SPECIFICATION}/volumes/volumes_create.yml`,
  },
  multiAttach: {
    supported: false,
    why: 'A volume can be attached to a single droplet.',
    source: `${SPECIFICATION}/volumes/models/volume_base.yml`,
  },
  severalNetworks: {
    supported: false,
    why: 'A droplet is in one VPC; without one named, in the default VPC of its region.',
    source: `${SPECIFICATION}/droplets/models/droplet_create.yml`,
  },
  tagValues: {
    supported: false,
    why: 'Tags are words without values; "env:prod" is one word.',
    source: `${SPECIFICATION}/droplets/models/droplet_create.yml`,
  },
  idempotentCreate: {
    supported: false,
    why: 'A request carries no key by which a repetition is known, so a creation is never sent twice.',
    source: `${SPECIFICATION}/droplets/models/droplet_create.yml`,
  },
  progress: {
    supported: false,
    why: 'An action is in progress, completed or errored, and says no more.',
    source: `${SPECIFICATION}/actions/models/action.yml`,
  },
  cancel: {
    supported: false,
    why: 'No endpoint ends an action.',
    source: `${SPECIFICATION}/actions/models/action.yml`,
  },
});
