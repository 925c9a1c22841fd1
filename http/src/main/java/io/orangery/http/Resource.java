package io.orangery.http;

import java.util.concurrent.CompletionStage;

/** Answers the requests for one path. Any thread, many at a time; never blocks. */
interface Resource {
    CompletionStage<Answer> answer(Call call);
}
