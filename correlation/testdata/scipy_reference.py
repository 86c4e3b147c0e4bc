import itertools, json, math, sys
import numpy as np, scipy
from scipy import stats
r=np.random.default_rng(20240501)
cases=[]
def add(name,x,y):
    x=[float(v) for v in x]; y=[float(v) for v in y]
    rho=stats.spearmanr(x,y); tau=stats.kendalltau(x,y)
    c=dict(name=name,x=x,y=y,rho=float(rho.statistic),rhoP=float(rho.pvalue),tau=float(tau.statistic),tauP=float(tau.pvalue))
    if len(x)<=9:
        rx,ry=stats.rankdata(x),stats.rankdata(y)
        # the statistics are rounded, so that equal ones compare equal
        f=lambda v: round(float(np.dot(v-v.mean(),ry-ry.mean())),6)
        c['rhoExact']=float(stats.permutation_test((rx,),f,permutation_type='pairings',n_resamples=np.inf).pvalue)
        sy=np.sign(np.subtract.outer(y,y))
        g=lambda v: float((np.sign(np.subtract.outer(v,v))*sy).sum())
        c['tauExact']=float(stats.permutation_test((np.array(x),),g,permutation_type='pairings',n_resamples=np.inf).pvalue)
    cases.append(c)
add('four ascending',[1,2,3,4],[1,2,3,4])
add('five with a tie',[1,2,2,3,4],[2,1,3,3,5])
add('skewed ties',[1,1,1,2,3,3],[1,2,3,3,3,3])
add('seven',r.normal(size=7).round(3),r.normal(size=7).round(3))
add('eight tied',r.integers(0,4,8),r.integers(0,4,8))
add('nine',(z:=r.normal(size=9)).round(3),(z+r.normal(size=9)).round(3))
add('nine tied',r.integers(0,5,9),r.integers(0,3,9))
add('ten',(z:=r.normal(size=10)).round(3),(z+r.normal(size=10)).round(3))
add('twelve tied',r.integers(0,5,12),r.integers(0,6,12))
add('thirty-three',(z:=r.normal(size=33)).round(4),(z-.5*r.normal(size=33)).round(4))
add('thirty-four',(z:=r.normal(size=34)).round(4),(-z+2*r.normal(size=34)).round(4))
add('sixty tied',(z:=r.integers(0,12,60)),z+r.integers(0,9,60))
add('two hundred, half at the worst',np.minimum(z:=r.normal(size=200).round(3),0),np.minimum(z+r.normal(size=200).round(3),.2).round(3))
json.dump(dict(command='python scipy_reference.py > scipy.json',scipy=scipy.__version__,numpy=np.__version__,cases=cases),sys.stdout,indent=None)
