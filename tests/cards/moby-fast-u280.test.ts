import { testSample } from './sample-tests.ts';

testSample('moby-u280-fast', 'u280');
