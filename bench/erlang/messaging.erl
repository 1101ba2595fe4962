%% The messaging suite on Erlang/OTP: compiled modules, plain sends, gen_server for asks.
-module(messaging).
-behaviour(gen_server).
-export([main/1]).
-export([init/1, handle_call/3, handle_cast/2]).

%% How many sends before the sender waits for an answer: of 500 to 16,384 none is faster.
-define(BATCH, 4096).
-define(KEYS, {<<"a10">>, <<"b21">>, <<"c32">>, <<"d43">>, <<"e54">>, <<"f65">>, <<"g76">>, <<"h87">>}).

%% Prints the measured value as the last line.
main([Case, WarmUpMs, MeasureMs]) ->
    Times = {list_to_integer(WarmUpMs), list_to_integer(MeasureMs)},
    io:format("~w~n", [run(Case, Times)]),
    halt(0).

run("tell same node", Times) -> tell(fun add_all/3, fun weight/1, Times);
run("tell same node, 8 schemas", Times) -> tell(fun eight_all/3, fun eight_weight/1, Times);
run("tell thread to thread", Times) -> tell(fun add_all/3, fun weight/1, Times);
run("ask one in flight", Times) -> ask_one(Times);
%% The two processes are busy with nothing but each other in either case.
run("ask one in flight, busy", Times) -> ask_one(Times);
run("ask 1000 in flight", Times) -> ask_thousand(Times);
run("fan-in from 4 nodes", Times) -> fan_in(Times);
run("payload 64 B", Times) -> payload(64, Times);
run("payload 1 KB", Times) -> payload(1024, Times);
run("payload 8 KB", Times) -> payload(8192, Times);
run("payload 64 KB", Times) -> payload(65536, Times);
run("payload 1 MB", Times) -> payload(1048576, Times);
run("spawn", Times) -> spawn_many(Times);
run("bytes per idle actor", _Times) -> bytes_each().

%% Tells.
counter(Sum) ->
    receive
        {add, By, Key} -> counter(Sum + By + byte_size(Key));
        {moved, X, Y} -> counter(Sum + X + Y);
        {named, Id, Name} -> counter(Sum + Id + byte_size(Name));
        {flagged, Flag, true} -> counter(Sum + 1 + byte_size(Flag));
        {flagged, Flag, false} -> counter(Sum + byte_size(Flag));
        {paid, Cents, To} -> counter(Sum + Cents + byte_size(To));
        {seen, At, Page} -> counter(Sum + At + byte_size(Page));
        {linked, From, To} -> counter(Sum + byte_size(From) + byte_size(To));
        {scored, Points, Total} -> counter(Sum + Points + Total);
        {payload, Data} ->
            counter(Sum + byte_size(Data) + binary:first(Data) + binary:last(Data));
        {take, From} ->
            From ! {taken, Sum},
            counter(0)
    end.

take(Counter) ->
    Counter ! {take, self()},
    receive {taken, Sum} -> Sum end.

tell(SendAll, WeightOf, Times) ->
    Counter = spawn(fun() -> counter(0) end),
    Count = 262144,
    Sum = WeightOf(Count),
    measure:per_second(fun() -> measure:timed(fun() ->
        Taken = batches(SendAll, Counter, 0, Count, 0),
        true = Taken == Sum,
        Count
    end) end, Times).

batches(_, _, Count, Count, Taken) -> Taken;
batches(SendAll, Counter, I, Count, Taken) ->
    SendAll(Counter, I, I + ?BATCH),
    batches(SendAll, Counter, I + ?BATCH, Count, Taken + take(Counter)).

key(I) -> element((I band 7) + 1, ?KEYS).

add_all(_, I, I) -> ok;
add_all(To, I, End) ->
    To ! {add, I band 1023, key(I)},
    add_all(To, I + 1, End).

weight(Count) -> lists:sum([(I band 1023) + 3 || I <- lists:seq(0, Count - 1)]).

eight_all(_, I, I) -> ok;
eight_all(To, I, End) ->
    To ! eight(I),
    eight_all(To, I + 1, End).

eight(I) ->
    case I band 7 of
        0 -> {add, I band 1023, key(I)};
        1 -> {moved, I band 255, I band 127};
        2 -> {named, I band 4095, key(I)};
        3 -> {flagged, key(I), I band 8 =:= 0};
        4 -> {paid, I band 65535, key(I)};
        5 -> {seen, I / 2, key(I)};
        6 -> {linked, key(I), key(I bsr 3)};
        7 -> {scored, I band 63, I band 511}
    end.

eight_weight(Count) ->
    Counter = spawn(fun() -> counter(0) end),
    eight_all(Counter, 0, Count),
    take(Counter).

%% Asks.
init([]) -> {ok, none}.
handle_call({add, By, Key}, _From, State) -> {reply, By + byte_size(Key), State}.
handle_cast(_, State) -> {noreply, State}.

ask_one(Times) ->
    {ok, Server} = gen_server:start_link(?MODULE, [], []),
    measure:microseconds(fun() -> measure:timed(fun() -> ask_all(Server, 0, 20000, 1) end) end, Times).

ask_thousand(Times) ->
    {ok, Server} = gen_server:start_link(?MODULE, [], []),
    Self = self(),
    measure:per_second(fun() -> measure:timed(fun() ->
        [spawn_link(fun() -> Self ! {done, ask_all(Server, I, 50000, 1000)} end) || I <- lists:seq(0, 999)],
        lists:sum([receive {done, Count} -> Count end || _ <- lists:seq(1, 1000)])
    end) end, Times).

%% Asks I, I + Step, ... below End, each reply checked; returns how many.
ask_all(Server, I, End, Step) -> ask_all(Server, I, End, Step, 0).

ask_all(_, I, End, _, Count) when I >= End -> Count;
ask_all(Server, I, End, Step, Count) ->
    Weight = (I band 1023) + 3,
    Weight = gen_server:call(Server, {add, I band 1023, key(I)}),
    ask_all(Server, I + Step, End, Step, Count + 1).

%% Four senders, each of which waits for the counter as often as a single one does.
fan_in(Times) ->
    Counter = spawn(fun() -> counter(0) end),
    Self = self(),
    Each = 131072,
    Sum = 4 * weight(Each),
    measure:per_second(fun() -> measure:timed(fun() ->
        [spawn_link(fun() -> Self ! {sent, batches(fun add_all/3, Counter, 0, Each, 0)} end)
         || _ <- lists:seq(1, 4)],
        Sum = lists:sum([receive {sent, Taken} -> Taken end || _ <- lists:seq(1, 4)]),
        4 * Each
    end) end, Times).

%% A binary of more than 64 bytes is shared between processes, not copied.
payload(Bytes, Times) ->
    Counter = spawn(fun() -> counter(0) end),
    Data = <<3, 0:((Bytes - 2) * 8), 4>>,
    Count = min(4096, 16777216 div Bytes),
    Sum = Count * (Bytes + 7),
    measure:per_second(fun() -> measure:timed(fun() ->
        [Counter ! {payload, Data} || _ <- lists:seq(1, Count)],
        Sum = take(Counter),
        Count
    end) end, Times).

%% Spawns.
idle() -> receive stop -> ok; {nudge, _} -> idle() end.

spawn_many(Times) ->
    Count = 10000,
    measure:per_second(fun() ->
        Before = erlang:system_info(process_count),
        {Pids, Took} = measure:timed(fun() -> [spawn(fun idle/0) || _ <- lists:seq(1, Count)] end),
        Count = erlang:system_info(process_count) - Before,
        [Pid ! stop || Pid <- Pids],
        wait_for_processes(Before),
        {Count, Took}
    end, Times).

wait_for_processes(Count) ->
    case erlang:system_info(process_count) of
        More when More > Count -> timer:sleep(1), wait_for_processes(Count);
        _ -> ok
    end.

bytes_each() ->
    Count = 200000,
    erlang:garbage_collect(),
    Before = erlang:memory(processes) + erlang:memory(system),
    Pids = [spawn(fun idle/0) || _ <- lists:seq(1, Count)],
    erlang:garbage_collect(),
    Bytes = (erlang:memory(processes) + erlang:memory(system) - Before) / Count,
    Count = length([Pid || Pid <- Pids, is_process_alive(Pid)]),
    Bytes.
