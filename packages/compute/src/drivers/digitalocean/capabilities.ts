/** What DigitalOcean can do, from its own document. */
import { defineCapabilities } from '@sdk/common';
import type { ComputeCapabilities, ComputeCapability } from '../../capabilities.js';

const SPECIFICATION = 'https://github.com/digitalocean/openapi/blob/main/specification/resources';

/** No provider has them all; this one has none of them. */
export const DIGITALOCEAN_CAPABILITIES: ComputeCapabilities = defineCapabilities<ComputeCapability>(
  {
    volumeWithoutLocation: {
      reason: 'A volume stands in one region, which must be named.',
      source: `${SPECIFICATION}/volumes/volumes_create.yml`,
    },
    multiAttach: {
      reason: 'A volume can be attached to a single droplet.',
      source: `${SPECIFICATION}/volumes/models/volume_base.yml`,
    },
    severalNetworks: {
      reason: 'A droplet is in one VPC; without one named, in the default VPC of its region.',
      source: `${SPECIFICATION}/droplets/models/droplet_create.yml`,
    },
    tagValues: {
      reason: 'Tags are words without values; "env:prod" is one word.',
      source: `${SPECIFICATION}/droplets/models/droplet_create.yml`,
    },
    idempotentCreate: {
      reason:
        'A request carries no key by which a repetition is known, so a creation is never sent twice.',
      source: `${SPECIFICATION}/droplets/models/droplet_create.yml`,
    },
    progress: {
      reason: 'An action is in progress, completed or errored, and says no more.',
      source: `${SPECIFICATION}/actions/models/action.yml`,
    },
    cancel: {
      reason: 'No endpoint ends an action.',
      source: `${SPECIFICATION}/actions/models/action.yml`,
    },
  },
);
