%% The Savina benchmarks on Erlang/OTP: the same actors and messages as savina/actors/, as plain processes.
-module(savina).
-export([main/1]).

%% Prints the measured milliseconds as the last line. Sizes are the numbers of savina/sizes.js, in its order.
main([Name, WarmUpMs, MeasureMs, Expected | Sizes]) ->
    Times = {list_to_integer(WarmUpMs), list_to_integer(MeasureMs)},
    Numbers = [list_to_integer(Size) || Size <- Sizes],
    Count = list_to_integer(Expected),
    Value = measure:milliseconds(fun() ->
        measure:timed(fun() ->
            Count = in_fresh_process(fun() -> run(Name, Numbers) end),
            1
        end)
    end, Times),
    io:format("~w~n", [Value]),
    halt(0).

%% Each round's coordinator is a process of its own, whose heap and links go with it.
in_fresh_process(Fun) ->
    Self = self(),
    {_, Monitor} = spawn_monitor(fun() -> Self ! {result, Fun()} end),
    receive
        {result, Result} -> erlang:demonitor(Monitor, [flush]), Result;
        {'DOWN', Monitor, process, _, Reason} -> exit(Reason)
    end.

run("ping-pong", [Pings]) -> ping_pong(Pings);
run("counting", [Messages]) -> counting(Messages);
run("fork-join throughput", [Actors, Messages]) -> throughput(Actors, Messages);
run("fork-join create", [Actors]) -> create(Actors);
run("thread ring", [Actors, Hops]) -> ring(Actors, Hops);
run("chameneos", [Chameneos, Meetings]) -> chameneos(Chameneos, Meetings);
run("big", [Actors, Pings]) -> big(Actors, Pings);
run("bounded buffer", [Buffer, Producers, Consumers, Items, Cost]) ->
    buffer(Buffer, Producers, Consumers, Items, Cost);
run("dining philosophers", [Philosophers, Rounds]) -> dining(Philosophers, Rounds);
run("n-queens", [Workers, Queens, Threshold]) -> queens(Workers, Queens, Threshold);
run("skynet", [Leaves]) -> skynet(Leaves).

%% Ping-pong.
ping_pong(Pings) ->
    Self = self(),
    Pong = spawn_link(fun() -> pong(Self) end),
    Pong ! {ping, 1},
    ping(Pong, Pings).

ping(Pong, Pings) ->
    receive
        {pong, Pings} -> Pong ! stop, Pings;
        {pong, I} -> Pong ! {ping, I + 1}, ping(Pong, Pings)
    end.

pong(Ping) ->
    receive
        {ping, I} -> Ping ! {pong, I}, pong(Ping);
        stop -> ok
    end.

%% Counting.
counting(Messages) ->
    Counter = spawn_link(fun() -> counter(0) end),
    increments(Counter, Messages),
    Counter ! {count, self()},
    receive {counted, Count} -> Count end.

increments(_, 0) -> ok;
increments(Counter, Left) -> Counter ! increment, increments(Counter, Left - 1).

counter(Count) ->
    receive
        increment -> counter(Count + 1);
        {count, From} -> From ! {counted, Count}
    end.

%% Fork-join.
compute(Theta) -> Sine = math:sin(Theta), Sine * Sine.

throughput(Actors, Messages) ->
    Self = self(),
    Workers = [spawn_link(fun() -> worker(Self, Messages, 0, 0.0) end) || _ <- lists:seq(1, Actors)],
    deal(Workers, Messages),
    lists:sum([receive {done, Handled} -> Handled end || _ <- Workers]).

deal(_, 0) -> ok;
deal(Workers, Left) ->
    lists:foreach(fun(Worker) -> Worker ! {process, 37.2} end, Workers),
    deal(Workers, Left - 1).

worker(Join, Messages, Messages, Sum) when Sum > 0 -> Join ! {done, Messages};
worker(Join, Messages, Handled, Sum) ->
    receive {process, Theta} -> worker(Join, Messages, Handled + 1, Sum + compute(Theta)) end.

create(Actors) ->
    Self = self(),
    One = fun() -> receive {process, Theta} -> true = compute(Theta) > 0, Self ! done end end,
    Pids = [spawn(One) || _ <- lists:seq(1, Actors)],
    [Pid ! {process, 37.2} || Pid <- Pids],
    length([receive done -> ok end || _ <- Pids]).

%% Thread ring.
ring(Actors, Hops) ->
    Self = self(),
    Members = [spawn_link(fun() -> member(Self, Id) end) || Id <- lists:seq(0, Actors - 1)],
    [First | Rest] = Members,
    [Member ! {connect, Next} || {Member, Next} <- lists:zip(Members, Rest ++ [First])],
    First ! {token, Hops},
    receive
        {finished, Id} -> [Member ! stop || Member <- Members], Id
    end.

member(Main, Id) -> receive {connect, Next} -> member(Main, Id, Next) end.

member(Main, Id, Next) ->
    receive
        {token, 0} -> Main ! {finished, Id}, member(Main, Id, Next);
        {token, Left} -> Next ! {token, Left - 1}, member(Main, Id, Next);
        stop -> ok
    end.

%% Chameneos.
chameneos(Count, Meetings) ->
    Mall = self(),
    [spawn_link(fun() -> enter(Mall, color(I rem 3), 0) end) || I <- lists:seq(0, Count - 1)],
    mall(none, Meetings),
    leave(Count),
    lists:sum([receive {met, Met} -> Met end || _ <- lists:seq(1, Count)]).

color(0) -> yellow;
color(1) -> blue;
color(2) -> red.

mall(none, 0) -> ok;
mall(Waiting, Left) ->
    receive
        {enter, _, Chameneo} when Waiting =:= none -> mall(Chameneo, Left);
        {enter, Color, Chameneo} -> Waiting ! {meet, Color, Chameneo}, mall(none, Left - 1)
    end.

leave(0) -> ok;
leave(Left) -> receive {enter, _, Chameneo} -> Chameneo ! leave, leave(Left - 1) end.

enter(Mall, Color, Meetings) ->
    Mall ! {enter, Color, self()},
    receive
        {meet, OtherColor, Other} ->
            Next = complement(Color, OtherColor),
            Other ! {change, Next},
            enter(Mall, Next, Meetings + 1);
        {change, Next} -> enter(Mall, Next, Meetings + 1);
        leave -> Mall ! {met, Meetings}
    end.

complement(Color, Color) -> Color;
complement(yellow, blue) -> red;
complement(yellow, red) -> blue;
complement(blue, yellow) -> red;
complement(blue, red) -> yellow;
complement(red, yellow) -> blue;
complement(red, blue) -> yellow.

%% Big.
big(Actors, Pings) ->
    Sink = self(),
    Pids = [spawn_link(fun() -> big_member(Sink, Index, Pings) end) || Index <- lists:seq(0, Actors - 1)],
    Members = list_to_tuple(Pids),
    [Pid ! {meet, Members} || Pid <- Pids],
    [receive ready -> ok end || _ <- Pids],
    [Pid ! start || Pid <- Pids],
    [receive finished -> ok end || _ <- Pids],
    [Pid ! {answered, Sink} || Pid <- Pids],
    lists:sum([receive {answers, Answered} -> Answered end || _ <- Pids]).

big_member(Sink, Index, Pings) ->
    receive {meet, Members} -> Sink ! ready end,
    receive start -> ok end,
    big_ping(Sink, Index, Members, Pings, Index, 0).

big_ping(Sink, Index, Members, Left, Random, Answered) ->
    Next = random(Random),
    To = Next rem tuple_size(Members),
    element(To + 1, Members) ! {ping, Index},
    big_wait(Sink, Index, Members, Left - 1, Next, To, Answered).

big_wait(Sink, Index, Members, Left, Random, To, Answered) ->
    receive
        {ping, From} ->
            element(From + 1, Members) ! {pong, Index},
            big_wait(Sink, Index, Members, Left, Random, To, Answered + 1);
        {pong, To} when Left =:= 0 ->
            Sink ! finished,
            big_wait(Sink, Index, Members, Left, Random, To, Answered);
        {pong, To} -> big_ping(Sink, Index, Members, Left, Random, Answered);
        {answered, From} -> From ! {answers, Answered}
    end.

%% Savina's pseudo-random numbers.
random(Value) -> (Value * 1309 + 13849) band 65535.

%% Bounded buffer.
buffer(Buffer, Producers, Consumers, Items, Cost) ->
    Self = self(),
    Makers = [spawn_link(fun() -> producer(Self, Items, Cost, 0.0) end) || _ <- lists:seq(1, Producers)],
    Eaters = [spawn_link(fun() -> consumer(Self, Cost, 0.0) end) || _ <- lists:seq(1, Consumers)],
    [Maker ! produce || Maker <- Makers],
    Consumed = manager(queue:new(), Buffer - Producers, [], Eaters, {Producers, Consumers}, 0),
    [Eater ! stop || Eater <- Eaters],
    Consumed.

%% Waiting and Idle are stacks; {Running, Consumers} says when it is over.
manager(Queue, Room, Waiting, Idle, {Running, Consumers} = Left, Consumed) ->
    case Running =:= 0 andalso queue:is_empty(Queue) andalso length(Idle) =:= Consumers of
        true -> Consumed;
        false ->
            receive
                {item, Producer, Value} ->
                    {Queue2, Idle2} = case Idle of
                        [Eater | Rest] -> Eater ! {consume, Value}, {Queue, Rest};
                        [] -> {queue:in(Value, Queue), []}
                    end,
                    Waiting2 = case queue:len(Queue2) >= Room of
                        true -> [Producer | Waiting];
                        false -> Producer ! produce, Waiting
                    end,
                    manager(Queue2, Room, Waiting2, Idle2, Left, Consumed);
                {available, Eater} ->
                    {Queue2, Idle2} = case queue:out(Queue) of
                        {{value, Value}, Shorter} -> Eater ! {consume, Value}, {Shorter, Idle};
                        {empty, Queue} -> {Queue, [Eater | Idle]}
                    end,
                    Waiting2 = case Waiting of
                        [Producer | Rest] -> Producer ! produce, Rest;
                        [] -> []
                    end,
                    manager(Queue2, Room, Waiting2, Idle2, Left, Consumed + 1);
                exhausted -> manager(Queue, Room, Waiting, Idle, {Running - 1, Consumers}, Consumed)
            end
    end.

producer(Manager, 0, _, _) -> receive produce -> Manager ! exhausted end;
producer(Manager, Items, Cost, Value) ->
    receive
        produce ->
            Made = process_item(Value, Cost),
            Manager ! {item, self(), Made},
            producer(Manager, Items - 1, Cost, Made)
    end.

%% Last isn't summed up as well: the sum would double with each item and leave the range of a double.
consumer(Manager, Cost, Last) ->
    receive
        {consume, Value} ->
            Result = process_item(Last + Value, Cost),
            Manager ! {available, self()},
            consumer(Manager, Cost, Result);
        stop -> ok
    end.

process_item(Value, Cost) -> process_item(Value, Cost * 100, Cost).

process_item(Result, 0, _) -> Result;
process_item(Result, Left, Random) ->
    Next = random(Random),
    process_item(Result + math:log(Next / 65536 + 0.01), Left - 1, Next).

%% Dining philosophers.
dining(Philosophers, Rounds) ->
    Self = self(),
    Pids = [spawn_link(fun() -> philosopher(Self, Id, Rounds, 0) end) || Id <- lists:seq(0, Philosophers - 1)],
    [Pid ! start || Pid <- Pids],
    %% A bit for each fork, as a table that is changed in place would be in another language.
    arbitrator(list_to_tuple(Pids), 0, Philosophers, 0).

arbitrator(_, _, 0, Meals) -> Meals;
arbitrator(Pids, Taken, Left, Meals) ->
    receive
        {hungry, Id} ->
            Forks = forks(Id, Pids),
            case Taken band Forks of
                0 -> element(Id + 1, Pids) ! eat, arbitrator(Pids, Taken bor Forks, Left, Meals);
                _ -> element(Id + 1, Pids) ! denied, arbitrator(Pids, Taken, Left, Meals)
            end;
        {done, Id} -> arbitrator(Pids, Taken bxor forks(Id, Pids), Left, Meals);
        {full, Eaten} -> arbitrator(Pids, Taken, Left - 1, Meals + Eaten)
    end.

forks(Id, Pids) -> (1 bsl Id) bor (1 bsl ((Id + 1) rem tuple_size(Pids))).

philosopher(Arbitrator, Id, Rounds, Eaten) ->
    receive
        eat when Eaten + 1 =:= Rounds ->
            Arbitrator ! {done, Id},
            Arbitrator ! {full, Rounds};
        eat ->
            Arbitrator ! {done, Id},
            Arbitrator ! {hungry, Id},
            philosopher(Arbitrator, Id, Rounds, Eaten + 1);
        _StartOrDenied ->
            Arbitrator ! {hungry, Id},
            philosopher(Arbitrator, Id, Rounds, Eaten)
    end.

%% N queens. A board is the list of its columns, the last row first.
queens(Count, Queens, Threshold) ->
    Self = self(),
    Workers = [spawn_link(fun() -> queens_worker(Self, Queens, Threshold) end) || _ <- lists:seq(1, Count)],
    Solutions = master(deal_board([], list_to_tuple(Workers), 0), list_to_tuple(Workers), 0, 0),
    [Worker ! stop || Worker <- Workers],
    Solutions.

master(Dealt, Workers, Done, Solutions) ->
    receive
        {work, Board} -> master(deal_board(Board, Workers, Dealt), Workers, Done, Solutions);
        solution -> master(Dealt, Workers, Done, Solutions + 1);
        done when Done + 1 =:= Dealt -> Solutions;
        done -> master(Dealt, Workers, Done + 1, Solutions)
    end.

deal_board(Board, Workers, Dealt) ->
    element(Dealt rem tuple_size(Workers) + 1, Workers) ! {work, Board},
    Dealt + 1.

queens_worker(Master, Queens, Threshold) ->
    receive
        {work, Board} when length(Board) >= Threshold ->
            search(Master, Board, length(Board), Queens),
            Master ! done,
            queens_worker(Master, Queens, Threshold);
        {work, Board} ->
            [Master ! {work, [Column | Board]} || Column <- lists:seq(0, Queens - 1), safe(Column, Board, 1)],
            Master ! done,
            queens_worker(Master, Queens, Threshold);
        stop -> ok
    end.

search(Master, _, Queens, Queens) -> Master ! solution;
search(Master, Board, Row, Queens) -> search(Master, Board, Row, Queens, 0).

search(_, _, _, Queens, Queens) -> ok;
search(Master, Board, Row, Queens, Column) ->
    case safe(Column, Board, 1) of
        true -> search(Master, [Column | Board], Row + 1, Queens);
        false -> ok
    end,
    search(Master, Board, Row, Queens, Column + 1).

safe(_, [], _) -> true;
safe(Column, [Other | _], Rows)
  when Column =:= Other; Column - Other =:= Rows; Other - Column =:= Rows -> false;
safe(Column, [_ | Above], Rows) -> safe(Column, Above, Rows + 1).

%% Skynet.
skynet(Leaves) ->
    skynet_children(self(), 0, Leaves div 10),
    skynet_sum(10, 0).

skynet(Parent, First, 1) -> Parent ! {sum, First};
skynet(Parent, First, Leaves) ->
    skynet_children(self(), First, Leaves div 10),
    Parent ! {sum, skynet_sum(10, 0)}.

skynet_children(Parent, First, Each) ->
    [spawn(fun() -> skynet(Parent, First + I * Each, Each) end) || I <- lists:seq(0, 9)].

skynet_sum(0, Sum) -> Sum;
skynet_sum(Left, Sum) -> receive {sum, Part} -> skynet_sum(Left - 1, Sum + Part) end.
