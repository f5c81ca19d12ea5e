import { testSample } from './sample-tests.ts';

testSample('moby-accllm', 'u280');
