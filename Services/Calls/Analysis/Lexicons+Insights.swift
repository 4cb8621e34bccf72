extension Lexicons {
    /// What people say who feel it.
    static let emotions: StaticString = """
        anger:angry,furious,outrageous,unacceptable,ridiculous,sick of,fed up,how dare,this is a joke,lawsuit,hate
        frustration:frustrated,frustrating,annoyed,annoying,again and again,still not,keeps happening,waste of time,not working
        frustration:doesn't work,how many times,nobody helps,stuck
        disappointment:disappointed,disappointing,let down,expected more,expected better,unhappy,regret,shame
        sadness:sad,sorry to hear,unfortunately,sadly,heartbroken,lost
        anxiety:worried,worry,afraid,concerned,nervous,scared,anxious,not sure,risky,what if
        confusion:confused,confusing,don't understand,do not understand,what do you mean,unclear,not clear,i'm lost,makes no sense
        surprise:surprised,surprising,wow,unexpected,didn't expect,no way,unbelievable
        interest:interested,interesting,tell me more,sounds good,curious,would like to know,like to know,how does it
        satisfaction:satisfied,happy with,works well,pleased,glad,good job,helpful,appreciate,that helps,perfect,thank you
        joy:great,wonderful,fantastic,excited,love,delighted,awesome,amazing,thrilled,really happy,so happy
        """

    /// What customers say who may leave.
    static let leaving: StaticString = """
        leaving:cancel,switch to,switching to,looking at alternatives,other options,end our contract,not renew,won't renew
        leaving:stop using,last chance,other provider,another provider,moving to,competitor,leave you,close my account
        leaving:not going to continue,reconsider,terminate
        """

    /// What to do about a reason of a risk.
    static let advice: StaticString = """
        wants_to_cancel:Have somebody who may make an offer call the customer today.
        wants_a_refund:Settle the refund and tell the customer when the money comes.
        complains:Tell the customer what was done about the complaint.
        speaks_of_leaving:Find out what would make the customer stay.
        looks_at_competitors:Show how we compare with what the customer has.
        open_objection_price:Come back to the price: show what the customer gets for it, or another plan.
        open_objection_timing:Agree on a day on which the time is right.
        open_objection_authority:Bring whoever decides into the next conversation.
        open_objection_need:Find out what the customer needs before offering more.
        open_objection_competitor:Show how we compare with what the customer has.
        open_objection_trust:Send references of similar customers.
        no_next_step:Agree on a next step with a day.
        not_interested:Do not call again without a new reason.
        negative_tone:Begin the next conversation with what went wrong.
        wants_to_buy:Send the contract now.
        promise:Keep what was promised, by the day that was named.
        """

    /// What an agent might do differently, by the line of the rubric.
    static let coaching: StaticString = """
        greeting:Greet the customer in the first sentence.
        introduction:Say who you are, where you call from and why.
        discovery:Ask open questions: what, how, why.
        listening:Leave the customer more room, and let them finish.
        professionalism:Stay polite and to the point, also when the customer is not.
        objection_handling:Say first that you have understood an objection, then answer it.
        next_steps:Agree on what happens next, and on which day.
        closing:Sum up, thank the customer and say goodbye.
        """
}
