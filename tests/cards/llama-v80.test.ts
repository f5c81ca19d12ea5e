import { testSample } from './sample-tests.ts';

testSample('llama-3.2-1b-v80', 'v80');
