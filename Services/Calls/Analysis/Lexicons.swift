/// The words that the local rules know, all English and all lower case.
enum Lexicons {
    static func words(_ text: StaticString) -> [String] {
        "\(text)".split { $0 == "," || $0 == "\n" }.map(\.trimmed).filter { !$0.isEmpty }
    }

    /// Weight, then the words that have it.
    static let sentiment: StaticString = """
        3:excellent,fantastic,wonderful,amazing,awesome,outstanding,perfect,superb,delighted,thrilled,brilliant,love,loved
        2:great,happy,glad,pleased,excited,impressed,good,satisfied,grateful,appreciate,appreciated,helpful,valuable,nice
        2:loves,enjoy,enjoyed,best,better,terrific,favorite,recommend,recommended,success,successful,beautiful,congratulations
        1:thanks,thank,interested,interesting,easy,easier,useful,comfortable,confident,agree,agreed,works,worked,clear,fair
        1:improve,improved,improvement,save,saves,saving,savings,fast,faster,reliable,secure,welcome,fine,smooth,benefit,benefits
        1:worth,ready,resolved,solved,fixed,kind,friendly,affordable,reasonable,sure,absolutely,definitely,pleasure,like
        -1:concern,concerned,concerns,problem,problems,issue,issues,difficult,hard,slow,expensive,costly,late,delay,delayed
        -1:unsure,doubt,worried,worry,busy,missing,unclear,risk,risky,afraid,limited,lack,lacking,complicated,confused,sorry
        -1:wait,waiting,unfortunately,mistake,error,errors,cancel,unable,trouble,unavailable,pushy,overpriced,stuck,lost,crash
        -2:bad,wrong,unhappy,disappointed,disappointing,frustrated,frustrating,annoyed,annoying,upset,broken,fail,failed,fails
        -2:failure,complaint,complain,poor,poorly,confusing,misleading,refuse,refused,rude,dissatisfied,waste,wasted,useless
        -2:unacceptable,unreliable,buggy,crashed,crashes,stupid,angry,hate,lied,lying,ignored,worse,regret
        -3:terrible,horrible,awful,worst,disgusting,furious,scam,fraud,ridiculous,nightmare,hated,outrageous,lawsuit,disaster
        """

    static let negations: StaticString = """
        not,no,never,none,nothing,without,hardly,don't,doesn't,didn't,isn't,aren't,wasn't,weren't,can't,cannot,couldn't
        won't,wouldn't,shouldn't,haven't,hasn't,hadn't,nobody,neither,nor
        """

    static let strengtheners: StaticString = """
        very,really,extremely,so,absolutely,totally,completely,incredibly,super,highly,too,deeply,truly,especially
        """

    static let stopWords: StaticString = """
        a,about,above,after,again,against,all,also,although,always,am,an,and,another,any,anybody,anyone,anything,anyway,are
        aren't,around,as,ask,asked,at,away,back,be,because,been,before,being,below,between,both,but,by,call,called,calling
        came,can,can't,cannot,come,comes,could,couldn't,did,didn't,do,does,doesn't,doing,don't,done,down,during,each,either
        else,even,ever,every,everybody,everyone,everything,few,first,for,from,further,gave,get,gets,getting,give,given,go
        goes,going,gonna,good,got,gotta,great,guess,had,hadn't,has,hasn't,have,haven't,having,he,he'd,he's,hello,help,her
        here,here's,hers,hey,hi,him,his,how,how's,however,i,i'd,i'll,i'm,i've,if,in,into,is,isn't,it,it'd,it'll,it's,its
        itself,just,keep,kind,knew,know,known,last,later,least,less,let,let's,like,little,long,look,looking,lot,lots,made
        make,makes,making,many,may,maybe,me,mean,means,might,mine,moment,more,morning,most,much,must,my,myself,name,need
        needs,neither,never,next,nice,no,nobody,none,nor,not,nothing,now,of,off,oh,ok,okay,on,once,one,ones,only,or,other
        others,our,ours,ourselves,out,over,own,perfect,perhaps,please,probably,put,quite,rather,really,right,said,same,saw
        say,saying,says,see,seem,seen,send,shall,she,she'd,she's,should,shouldn't,since,so,some,somebody,someone,something
        sometimes,soon,sorry,sort,speak,speaking,still,stuff,such,sure,take,taken,talk,talking,tell,than,thank,thanks,that
        that'd,that's,the,their,theirs,them,themselves,then,there,there's,these,they,they'd,they'll,they're,they've,thing
        things,think,this,those,though,through,till,time,to,today,together,told,tomorrow,too,took,totally,tried,try,trying
        two,uh,um,under,until,up,upon,us,use,used,using,very,wait,want,wanted,wants,was,wasn't,way,we,we'd,we'll,we're
        we've,week,well,went,were,weren't,what,what's,whatever,when,where,where's,whether,which,while,who,who's,whom,whose
        why,will,with,within,without,won't,work,works,would,wouldn't,yeah,year,yep,yes,yesterday,yet,you,you'd,you'll
        you're,you've,your,yours,yourself,afternoon,evening,day,days,minute,minutes,hour,hours,bit,actually,basically
        definitely,absolutely,glad,happy,course,fine,welcome,bye,goodbye,monday,tuesday,wednesday,thursday,friday,saturday
        sunday,different,able,best,better,new,people,person,three,question,questions,wondering,understand,exactly
        """

    /// Kind of objection, then what customers say.
    static let objections: StaticString = """
        price:too expensive,expensive,too much,costs too much,cost too much,over budget,over our budget,out of our budget
        price:no budget,don't have the budget,can't afford,cannot afford,cheaper,too high,too pricey,pricey,price is high
        price:not in the budget,discount,lower price,overpriced,hard to justify
        timing:not a good time,not the right time,bad time,not ready,too soon,next quarter,next year,maybe later,too busy
        timing:call me later,call back later,in a few months,not right now,no time,not at the moment,on hold
        authority:talk to my boss,speak to my boss,ask my boss,ask my manager,talk to my manager,check with my manager
        authority:not my decision,not my call,talk to my partner,check with my team,talk to the team,run it by,need approval
        authority:board has to,decision maker,not the decision maker,talk to my wife,talk to my husband
        need:not interested,don't need,do not need,no need,happy with what we have,happy with our current,already have
        need:doesn't fit,don't see the value,don't see the point,won't use,not looking for
        competitor:already use,already using,already work with,already working with,competitor,your competitors
        competitor:under contract,current provider,current vendor,current supplier,other quotes,another quote,other vendors
        trust:never heard of,not sure about,how do i know,sounds too good,bad experience,bad experiences,don't trust,scam
        trust:bad reviews,what if it,locked in,lock in,need references,not convinced,skeptical
        """

    /// What an agent says who takes an objection up.
    static let acknowledgements: StaticString = """
        heard:i understand,understand your,understand that,i hear you,that makes sense,makes sense,i see,fair point
        heard:good point,good question,great question,i appreciate,totally understand,completely understand,fair question
        heard:that's fair,what if,let me explain,let me show,many of our customers,other customers,would it help
        heard:the good news,what we can do,i can offer,we can offer,we offer,flexible,let me see what
        """

    /// What the customer wants, then how it is said.
    static let intents: StaticString = """
        cancel:cancel,cancel my,terminate,close my account,stop the service,end the contract,cancel the contract
        refund:refund,money back,charged twice,double charged,get my money
        complaint:complaint,complain,not working,doesn't work,does not work,broken,very disappointed,unacceptable,speak to a manager
        support:technical support,how do i,can't log in,cannot log in,reset my password,error message,help me with,not able to
        schedule_meeting:schedule a,book a,set up a meeting,set up a call,demo,appointment,meeting,calendar invite
        pricing:how much,price,prices,pricing,cost,costs,quote,what does it cost,monthly fee,per user
        purchase:sign up,buy,purchase,order,place an order,get started,sign the contract,send the contract,go ahead,move forward
        renewal:renew,renewal,extend the contract,upgrade,add more users,more licenses,larger plan,bigger plan
        information:more information,tell me more,like to know,learn more,would like to know,question about,interested in
        not_interested:not interested,take me off,remove me,stop calling,do not call,don't call
        """

    /// What a promise is made of.
    static let commitments: StaticString = """
        promise:i will,i'll,we will,we'll,let me,i am going to,i'm going to,we are going to,we're going to,i can,we can
        promise:i shall,we shall,i'd be happy to,we'd be happy to,i promise to
        """

    static let requests: StaticString = """
        request:please,can you,could you,would you,will you,you need to,you should,if you could,you'll need to,make sure you
        """

    /// What is done after a call; questions of the moment ("let me ask") are not among them.
    static let actionVerbs: StaticString = """
        send,email,mail,call,schedule,follow,check,confirm,prepare,share,forward,book,arrange,provide,review,discuss,update
        draft,create,submit,deliver,contact,reach,invite,ship,order,fix,resolve,investigate,escalate,refund,cancel,sign
        complete,introduce,connect,text,transfer,upgrade,quote,finalize,finish,drop,write,look,get
        """

    /// Verbs that promise something only with the word after them.
    static let actionPhrases: StaticString = """
        look:look into,look at
        get:get back,get you,get that,get it
        call:call you,call back,call them,call him,call her,call me
        drop:drop you
        check:check with,check on,check and,check if,check whether,check the
        """

    static let meetings: StaticString = """
        meeting:see you on,see you at,talk to you on,speak on,meeting on,meeting at,booked you,booked for,scheduled for
        meeting:calendar invite,send you an invite,set up a meeting,set up a demo,demo on,demo at,appointment on,appointment at
        """

    static let prices: StaticString = """
        price:price,prices,pricing,cost,costs,dollars,euros,per month,per year,per user,discount,budget,quote,fee,fees
        """

    static let greetings: StaticString = """
        greeting:hello,hi,hey,good morning,good afternoon,good evening,thank you for calling,thanks for calling,welcome to
        """

    static let introductions: StaticString = """
        introduction:my name is,this is,i'm calling from,i am calling from,calling from,you're speaking with
        introduction:you are speaking with,speaking with,on behalf of
        """

    static let courtesies: StaticString = """
        courtesy:please,thank you,thanks,appreciate,you're welcome,my pleasure,of course,certainly,happy to help,glad to help
        courtesy:absolutely,would you mind,may i,excuse me,i apologize,sorry about that,sorry to hear
        """

    static let rudeness: StaticString = """
        rude:shut up,stupid,idiot,whatever,not my problem,calm down,that's ridiculous,you're wrong,damn,hell,crap,bullshit
        rude:listen to me,are you deaf,i don't care,stop talking,dumb,shit,fuck,fucking
        """

    /// Questions that cannot be answered by yes or no.
    static let openQuestions: StaticString = """
        open:what,how,why,tell me about,walk me through,describe,which,when,who,where,could you explain,can you explain
        """

    static let nextSteps: StaticString = """
        next:next step,next steps,follow up,i'll send,i will send,we'll send,get back to you,schedule,book a,calendar,by the end of
        next:call you back,i'll call,i will call,talk to you,see you on,send you,let's set up,set up a
        """

    static let farewells: StaticString = """
        farewell:bye,goodbye,good bye,have a great day,have a good day,have a nice day,have a great,have a good,take care
        farewell:talk soon,talk to you soon,thank you for your time,thanks for your time,anything else i can
        """
}
