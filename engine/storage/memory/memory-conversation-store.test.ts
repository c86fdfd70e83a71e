import { describeConversationStore } from '../conversation-store.contract.ts';
import { createMemoryConversationStore } from './memory-conversation-store.ts';

describeConversationStore('createMemoryConversationStore', async () => createMemoryConversationStore());
