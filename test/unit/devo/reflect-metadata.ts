/**
 * The certificate library's dependency container insists on metadata reflection when it is loaded. It needs
 * no answer from it, because the container gets no class with constructor parameters.
 */
Object.assign(Reflect, {
  getMetadata: () => undefined,
  getOwnMetadata: () => undefined,
  defineMetadata: () => undefined,
});
