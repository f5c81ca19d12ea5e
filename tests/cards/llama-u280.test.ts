import { testSample } from './sample-tests.ts';

testSample('llama-3.2-1b-u280', 'u280');
