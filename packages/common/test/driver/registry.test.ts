import { describe, expect, test } from '@jest/globals';
import { createRegistry, defineCapabilities, requireCapability } from '@sdk/common';

class Red {
  readonly colour = 'red';
}
class Blue {
  readonly colour = 'blue';
}

describe('a registry', () => {
  const loaded: string[] = [];
  const getDriver = createRegistry({
    red: async () => (loaded.push('red'), Red),
    blue: async () => (loaded.push('blue'), Blue),
  });

  test('loads a class by its id when it is asked for, typed', async () => {
    expect(loaded).toEqual([]);
    const Class: typeof Red = await getDriver('red');
    expect(new Class().colour).toBe('red');
    expect(loaded).toEqual(['red']);
    expect(getDriver.ids).toEqual(['red', 'blue']);
  });

  test.each([
    ['bleu', /no driver "bleu"; did you mean "blue"/],
    ['constructor', /no driver "constructor"/],
    [7, /no driver 7/],
  ])('refuses %j, by a rejected promise', async (id, message) => {
    const call = getDriver(id as 'red');
    await expect(call).rejects.toMatchObject({
      code: 'SDK_CONFIGURATION',
      message: expect.stringMatching(message),
      hint: expect.stringContaining('red, blue'),
    });
  });
});

describe('capabilities', () => {
  const capabilities = defineCapabilities({
    presign: true,
    resize: { reason: 'its API has no such call', source: 'https://docs.example/resize' },
  });

  test('are true or false by name, and each false says why', () => {
    expect({ ...capabilities }).toEqual({ presign: true, resize: false });
    expect(capabilities.limitations).toEqual({
      resize: { reason: 'its API has no such call', source: 'https://docs.example/resize' },
    });
    expect(Object.isFrozen(capabilities) && Object.isFrozen(capabilities.limitations)).toBe(true);
  });

  test('become an error where one is needed that is not there', () => {
    expect(() => requireCapability(capabilities, 'presign', 'Shelf')).not.toThrow();
    expect(() => requireCapability(capabilities, 'resize', 'Shelf')).toThrow(
      expect.objectContaining({
        code: 'SDK_UNSUPPORTED',
        message: 'Shelf cannot do that (resize): its API has no such call',
        hint: 'See https://docs.example/resize',
      }),
    );
  });
});
