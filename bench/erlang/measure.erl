%% How a sample is taken: warm up, then measure enough work; the same as run/meter.js.
-module(measure).
-export([per_second/2, microseconds/2, milliseconds/2, timed/1]).

%% Work() does a round and returns {Done, Microseconds}, so that what is around it isn't timed.
per_second(Work, {WarmUpMs, MeasureMs}) ->
    _ = rounds(Work, WarmUpMs),
    {Done, Micros, _} = rounds(Work, MeasureMs),
    Done * 1.0e6 / Micros.

microseconds(Work, {WarmUpMs, MeasureMs}) ->
    _ = rounds(Work, WarmUpMs),
    {Done, Micros, _} = rounds(Work, MeasureMs),
    Micros / Done.

milliseconds(Work, {WarmUpMs, MeasureMs}) ->
    _ = rounds(Work, WarmUpMs),
    {_, Micros, Rounds} = rounds(Work, MeasureMs),
    Micros / 1000 / Rounds.

%% Runs Fun; {what it returned, how long it took}.
timed(Fun) ->
    Start = erlang:monotonic_time(microsecond),
    Done = Fun(),
    {Done, erlang:monotonic_time(microsecond) - Start}.

rounds(Work, LeastMs) -> rounds(Work, LeastMs * 1000, 0, 0, 0).

rounds(Work, Least, Done, Micros, Rounds) ->
    {More, Took} = Work(),
    case Micros + Took of
        Sum when Sum < Least -> rounds(Work, Least, Done + More, Sum, Rounds + 1);
        Sum -> {Done + More, Sum, Rounds + 1}
    end.
