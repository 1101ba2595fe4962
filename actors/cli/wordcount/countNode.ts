// The worker file of a count on threads.
import { keepCompiledCode } from '../codeCache.ts';

keepCompiledCode();
await import('./countActors.ts');
